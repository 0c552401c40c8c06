# A checkpoint, then a new domain, which gets its place among the guests again.
await -t 90 '^shared$'
xl save -c "$NAME" /dev/null >"$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
await -t 90 '^ready to be saved$'
save_restore
meet_again
