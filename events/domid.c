// SPDX-License-Identifier: BSD-3-Clause
// Who we are. Xen tells no guest its number directly, and xenstore may not be up; but the status of
// a port that waits for ourselves names us.
#include "internal.h"

halvm_domid_t evtchn_own_domid(void)
{
    struct evtchn_alloc_unbound unbound = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
    struct evtchn_status status = {.dom = DOMID_SELF};
    struct evtchn_close end;

    if (READ_ONCE(own_domid) != DOMID_INVALID)
        return own_domid;
    if (hypercall_event_channel_op(EVTCHNOP_alloc_unbound, &unbound))
        return DOMID_INVALID;
    status.port = unbound.port;
    if (!hypercall_event_channel_op(EVTCHNOP_status, &status) &&
        status.status == EVTCHNSTAT_unbound)
        WRITE_ONCE(own_domid, status.u.unbound.dom);
    end.port = unbound.port;
    hypercall_event_channel_op(EVTCHNOP_close, &end);
    return own_domid;
}
