# The same with three vCPUs, one of them stopped.
await -t 60 '^ready$'
for i in 1 2; do
    save_restore
    await -t 60 "^round $i: restored $i, cancelled 0$"
done
xl save -c "$NAME" "$WORK/checkpoint" >"$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
await -t 60 '^round 3: restored 2, cancelled 1$'
