// SPDX-License-Identifier: BSD-3-Clause
// Sends a megabyte through a vchan between two processes of dom0 and checks it.
#include <libxenvchan.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOTAL = 1 << 20, RING = 65536 };
static const char path[] = "/local/domain/0/data/labtest";

static int send_all(void)
{
    struct libxenvchan *channel = libxenvchan_server_init(NULL, 0, path, RING, RING);
    unsigned char block[4096];

    if (!channel)
        return 1;
    channel->blocking = 1;
    for (unsigned int at = 0; at < TOTAL; at += sizeof(block)) {
        for (unsigned int i = 0; i < sizeof(block); i++)
            block[i] = (unsigned char)((at + i) * 7 >> 3);
        if (libxenvchan_send(channel, block, sizeof(block)) != (int)sizeof(block))
            return 2;
    }
    // The client's byte says that it has everything: closing earlier would lose the ring.
    return libxenvchan_recv(channel, block, 1) == 1 ? 0 : 3;
}

static int receive_all(void)
{
    struct libxenvchan *channel = NULL;
    unsigned char block[1000];
    unsigned int at = 0;

    for (int tries = 0; !channel && tries < 100; tries++) {
        channel = libxenvchan_client_init(NULL, 0, path);
        if (!channel)
            usleep(100000);
    }
    if (!channel)
        return 4;
    channel->blocking = 1;
    while (at < TOTAL) {
        int n = libxenvchan_read(channel, block, sizeof(block));
        if (n <= 0)
            return 5;
        for (int i = 0; i < n; i++, at++)
            if (block[i] != (unsigned char)(at * 7 >> 3))
                return 6;
    }
    return libxenvchan_send(channel, block, 1) == 1 ? 0 : 7;
}

int main(void)
{
    int status = 0;
    pid_t server = fork();

    if (server == 0)
        _exit(send_all());
    int received = receive_all();
    waitpid(server, &status, 0);
    printf("vchan: received %d, sent %d\n", received, WEXITSTATUS(status));
    return received || status;
}
