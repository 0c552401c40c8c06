# The guest notices by its clocks, so it has to lie still for a while: nobody reads what is saved at first.
checkpoint() {
    mkfifo "$WORK/checkpoint"
    { nap 2; cat >/dev/null; } <"$WORK/checkpoint" &
    xl save -c "$NAME" "$WORK/checkpoint" >"$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
    rm "$WORK/checkpoint"
}

# Into new domains; a checkpoint, after which the same domain goes on; once more, and to this machine while it runs (see migrate).
for i in 1 2 3 4 5; do
    await -t 90 "^ready for $i\$"
    nap 1
    case $i:$NAME in
    3:*) checkpoint ;;
    5:pvh*) migrate ;;
    *) save_restore ;;
    esac
done
await -t 90 '^done$'
