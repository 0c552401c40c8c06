await '^ready$'
xl trigger "$NAME" nmi
await '^NMI on vCPU 0'
