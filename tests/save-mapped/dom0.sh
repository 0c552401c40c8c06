# xl waits a minute for a guest that refuses.
await -t 90 '^mapped$'
if xl save "$NAME" "$WORK/save" >"$WORK/log" 2>&1; then
    echo "it was saved"
    exit 1
fi
grep -q 'guest did not suspend, timed out' "$WORK/log" || { cat "$WORK/log"; exit 1; }
await -t 30 '^unmapped$'
save_restore
meet_again
