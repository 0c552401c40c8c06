await '^ready$'
xl pause "$NAME"
case $(state_of) in *p*) ;; *) echo "not paused"; exit 1 ;; esac
nap 3
xl unpause "$NAME"
