# To this machine, while it runs. Debian's hypervisor has no shadow paging, without which it cannot tell what a PV guest writes: there the
# migration is refused, and what is shown is that the guest goes on as if nothing had happened.
await -t 60 '^ready$'
for i in 1 2; do
    case $NAME in
    pvh*) migrate ;;
    *)
        if migrate >"$WORK/log" 2>&1; then
            echo "this Xen migrates PV guests: the test should too"
            exit 1
        fi
        grep -q 'Failed to enable logdirty' "$WORK/log" || { cat "$WORK/log"; exit 1; }
        save_restore
        ;;
    esac
    await -t 60 "^round $i: restored $i, cancelled 0$"
done
