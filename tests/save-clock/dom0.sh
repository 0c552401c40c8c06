# Checkpoints whose reader takes its time, so that the guest lies still for a while; the first as soon as the guest is there.
mkfifo "$WORK/checkpoint"
for i in 1 2 3; do
    await -t 60 "^ready for $i\$"
    { nap 4; cat >/dev/null; } <"$WORK/checkpoint" &
    xl save -c "$NAME" "$WORK/checkpoint" >"$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
    await -t 60 "^round $i\$"
done
