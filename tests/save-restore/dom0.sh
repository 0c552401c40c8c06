# Five times into a new domain, then a checkpoint, after which the same one goes on.
await -t 60 '^ready$'
for i in 1 2 3 4 5; do
    save_restore
    await -t 60 "^round $i: restored $i, cancelled 0$"
done
xl save -c "$NAME" "$WORK/checkpoint" >"$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
await -t 60 '^round 6: restored 5, cancelled 1$'
