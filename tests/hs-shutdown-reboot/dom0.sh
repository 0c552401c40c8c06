await -t 60 "^ready\$"
xl reboot "$NAME"
