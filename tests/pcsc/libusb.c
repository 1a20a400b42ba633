/* A stand-in for libusb-1.0 with one device, for an unmodified libccid without a USB bus.
 *
 * The device is at the other end of the TCP connection to KAZASHI_USB, HOST:PORT: the stand-in for
 * machine.USBDevice, or the emulated Pico. What passes, both ways: endpoint(1) size(4, lowest
 * first) octets.
 *     to the device      00: SETUP(8) and octets     0n: octets of a transfer
 *     from the device    00: the answer, FE: STALL   8n: one packet
 * A transfer from the device ends as on a bus: by a packet of less than 64 octets, or when the
 * caller's buffer is full. So if the device forgets the empty packet at the end, it times out here,
 * too. KAZASHI_USB_SLOW multiplies every time limit, for a device slower than a real one.
 *
 * What libccid 1.5.2 (Debian 12) calls is here, and no more.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libusb-1.0/libusb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PACKET = 64, HEADER = 5, STALL = 0xFE, ENDPOINTS = 256, CONNECT_MS = 1000, FOREVER_MS = 3600000 };

struct packet {
    struct packet *next;
    int size;
    unsigned char octets[];
};

static char context, device, handle; /* libusb's types are opaque: only their addresses count */
static struct packet *received[ENDPOINTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t one_control = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int line = -1, is_connected, is_cancelled;
static struct libusb_transfer *waiting; /* the one for the interrupt endpoint */

/* --- the line ---------------------------------------------------------------------------------*/

static int read_all(void *buffer, size_t size)
{
    for (size_t have = 0; have < size;) {
        ssize_t count = read(line, (char *)buffer + have, size - have);
        if (count <= 0)
            return -1;
        have += count;
    }
    return 0;
}

static int write_all(const void *buffer, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t count = send(line, (const char *)buffer + sent, size - sent, MSG_NOSIGNAL);
        if (count <= 0)
            return -1;
        sent += count;
    }
    return 0;
}

static void append(int endpoint, struct packet *packet)
{
    struct packet **end = &received[endpoint];
    pthread_mutex_lock(&lock);
    while (*end)
        end = &(*end)->next;
    *end = packet;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void *receive(void *unused)
{
    unsigned char header[HEADER];
    (void)unused;
    while (!read_all(header, HEADER)) {
        int size = header[1] | header[2] << 8 | header[3] << 16 | header[4] << 24;
        struct packet *packet = calloc(1, sizeof *packet + size);
        packet->size = size;
        if (size && read_all(packet->octets, size))
            break;
        append(header[0], packet);
    }
    pthread_mutex_lock(&lock);
    is_connected = 0;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static int plug(void)
{
    char name[64] = "";
    pthread_t thread;
    int on = 1;
    if (is_connected)
        return 0;
    strncpy(name, getenv("KAZASHI_USB"), sizeof name - 1);
    char *colon = strchr(name, ':');
    *colon = 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
    inet_pton(AF_INET, name, &address.sin_addr);
    if (line >= 0)
        close(line);
    line = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(line, (void *)&address, sizeof address))
        return -1;
    setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    memset(received, 0, sizeof received);
    is_connected = 1;
    pthread_create(&thread, NULL, receive, NULL);
    pthread_detach(thread);
    return 0;
}

static int put(int endpoint, const void *head, int head_size, const void *body, int body_size)
{
    unsigned size = head_size + body_size;
    unsigned char header[HEADER] = {endpoint, size, size >> 8, size >> 16, size >> 24};
    if (!is_connected || write_all(header, HEADER) || write_all(head, head_size) ||
        write_all(body, body_size))
        return LIBUSB_ERROR_NO_DEVICE;
    return 0;
}

static struct timespec after(unsigned ms)
{
    const char *slow = getenv("KAZASHI_USB_SLOW");
    struct timespec end;
    unsigned long all = ms ? ms : FOREVER_MS;
    if (all < FOREVER_MS && slow)
        all *= atoi(slow);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += all / 1000;
    end.tv_nsec += all % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    return end;
}

static struct packet *pop(int endpoint)
{
    struct packet *packet = received[endpoint];
    if (packet)
        received[endpoint] = packet->next;
    return packet;
}

/* The next packet of an endpoint; NULL, and why, if none comes. */
static struct packet *take(int endpoint, unsigned ms, int *error)
{
    struct timespec end = after(ms);
    struct packet *packet = NULL, *stall = NULL;
    *error = 0;
    pthread_mutex_lock(&lock);
    while (!(packet = pop(endpoint)) && !*error) {
        if (endpoint == 0 && (stall = pop(STALL)))
            *error = LIBUSB_ERROR_PIPE;
        else if (!is_connected)
            *error = LIBUSB_ERROR_NO_DEVICE;
        else if (pthread_cond_timedwait(&changed, &lock, &end) == ETIMEDOUT)
            *error = LIBUSB_ERROR_TIMEOUT;
    }
    free(stall);
    pthread_mutex_unlock(&lock);
    return packet;
}

/* --- transfers --------------------------------------------------------------------------------*/

int libusb_control_transfer(libusb_device_handle *unused, uint8_t type, uint8_t request, uint16_t value,
                            uint16_t index, unsigned char *data, uint16_t length, unsigned ms)
{
    unsigned char setup[] = {type, request, value, value >> 8, index, index >> 8, length, length >> 8};
    int is_in = type & LIBUSB_ENDPOINT_IN, error;
    (void)unused;
    pthread_mutex_lock(&one_control);
    error = put(0, setup, sizeof setup, data, is_in ? 0 : length);
    struct packet *answer = error ? NULL : take(0, ms ? ms : CONNECT_MS, &error);
    int count = length;
    if (answer && is_in) {
        count = answer->size < length ? answer->size : length;
        memcpy(data, answer->octets, count);
    }
    free(answer);
    pthread_mutex_unlock(&one_control);
    return error ? error : count;
}

int libusb_bulk_transfer(libusb_device_handle *unused, unsigned char endpoint, unsigned char *data, int length,
                         int *done, unsigned ms)
{
    int error, is_short = 0;
    (void)unused;
    *done = 0;
    if (!(endpoint & LIBUSB_ENDPOINT_IN)) {
        error = put(endpoint, data, length, NULL, 0);
        *done = error ? 0 : length;
        return error;
    }
    while (!is_short && *done < length) {
        struct packet *packet = take(endpoint, ms, &error);
        if (!packet)
            return error;
        int size = packet->size;
        if (*done + size > length || size > PACKET) {
            free(packet);
            return LIBUSB_ERROR_OVERFLOW;
        }
        memcpy(data + *done, packet->octets, size);
        *done += size;
        is_short = size < PACKET;
        free(packet);
    }
    return 0;
}

struct libusb_transfer *libusb_alloc_transfer(int packets)
{
    (void)packets;
    return calloc(1, sizeof(struct libusb_transfer));
}

void libusb_free_transfer(struct libusb_transfer *transfer) { free(transfer); }

int libusb_submit_transfer(struct libusb_transfer *transfer)
{
    pthread_mutex_lock(&lock);
    is_cancelled = 0;
    waiting = transfer;
    pthread_mutex_unlock(&lock);
    return is_connected ? 0 : LIBUSB_ERROR_NO_DEVICE;
}

int libusb_cancel_transfer(struct libusb_transfer *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    is_cancelled = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return 0;
}

int libusb_handle_events_completed(libusb_context *unused, int *is_completed)
{
    struct libusb_transfer *transfer = waiting;
    struct packet *packet = NULL;
    (void)unused;
    if (!transfer || (is_completed && *is_completed))
        return 0;
    struct timespec end = after(transfer->timeout);
    transfer->status = LIBUSB_TRANSFER_COMPLETED;
    transfer->actual_length = 0;
    pthread_mutex_lock(&lock);
    while (transfer->status == LIBUSB_TRANSFER_COMPLETED && !(packet = pop(transfer->endpoint))) {
        if (!is_connected)
            transfer->status = LIBUSB_TRANSFER_NO_DEVICE;
        else if (is_cancelled)
            transfer->status = LIBUSB_TRANSFER_CANCELLED;
        else if (pthread_cond_timedwait(&changed, &lock, &end) == ETIMEDOUT)
            transfer->status = LIBUSB_TRANSFER_TIMED_OUT;
    }
    waiting = NULL;
    pthread_mutex_unlock(&lock);
    if (packet) {
        transfer->actual_length = packet->size < transfer->length ? packet->size : transfer->length;
        memcpy(transfer->buffer, packet->octets, transfer->actual_length);
        free(packet);
    }
    transfer->callback(transfer);
    return 0;
}

/* --- the device and its descriptors -----------------------------------------------------------*/

static int descriptor(int kind, int index, unsigned char *buffer, int size)
{
    int language = kind == LIBUSB_DT_STRING ? 0x409 : 0;
    return libusb_control_transfer((void *)&handle, LIBUSB_ENDPOINT_IN, LIBUSB_REQUEST_GET_DESCRIPTOR,
                                   kind << 8 | index, language, buffer, size, CONNECT_MS);
}

int libusb_get_device_descriptor(libusb_device *unused, struct libusb_device_descriptor *result)
{
    unsigned char octets[LIBUSB_DT_DEVICE_SIZE];
    (void)unused;
    if (descriptor(LIBUSB_DT_DEVICE, 0, octets, sizeof octets) != sizeof octets)
        return LIBUSB_ERROR_IO;
    memcpy(result, octets, sizeof octets); /* the same layout on a little-endian machine */
    return 0;
}

int libusb_get_string_descriptor_ascii(libusb_device_handle *unused, uint8_t index, unsigned char *text, int size)
{
    unsigned char octets[255];
    int have = descriptor(LIBUSB_DT_STRING, index, octets, sizeof octets), count = 0;
    (void)unused;
    if (have < 2)
        return LIBUSB_ERROR_IO;
    for (int i = 2; i + 1 < have && count < size - 1; i += 2)
        text[count++] = octets[i];
    text[count] = 0;
    return count;
}

static void add_endpoint(struct libusb_interface_descriptor *interface, const unsigned char *octets)
{
    struct libusb_endpoint_descriptor *all = (void *)interface->endpoint;
    struct libusb_endpoint_descriptor *endpoint = &all[interface->bNumEndpoints++];
    endpoint->bLength = octets[0];
    endpoint->bDescriptorType = octets[1];
    endpoint->bEndpointAddress = octets[2];
    endpoint->bmAttributes = octets[3];
    endpoint->wMaxPacketSize = octets[4] | octets[5] << 8;
    endpoint->bInterval = octets[6];
}

static struct libusb_interface_descriptor *add_interface(struct libusb_interface *interface,
                                                         const unsigned char *octets)
{
    struct libusb_interface_descriptor *setting = calloc(1, sizeof *setting);
    memcpy(setting, octets, octets[0]);
    setting->endpoint = calloc(octets[4] + 1, sizeof *setting->endpoint);
    setting->bNumEndpoints = 0;
    interface->altsetting = setting;
    interface->num_altsetting = 1;
    return setting;
}

static void add_extra(struct libusb_interface_descriptor *interface, const unsigned char *octets)
{
    unsigned char *all = realloc((void *)interface->extra, interface->extra_length + octets[0]);
    memcpy(all + interface->extra_length, octets, octets[0]);
    interface->extra = all;
    interface->extra_length += octets[0];
}

int libusb_get_active_config_descriptor(libusb_device *unused, struct libusb_config_descriptor **result)
{
    unsigned char octets[1024];
    int size = descriptor(LIBUSB_DT_CONFIG, 0, octets, sizeof octets), interfaces = 0;
    struct libusb_interface_descriptor *interface = NULL;
    (void)unused;
    if (size < LIBUSB_DT_CONFIG_SIZE || (octets[2] | octets[3] << 8) != size)
        return LIBUSB_ERROR_IO;
    struct libusb_config_descriptor *config = calloc(1, sizeof *config);
    struct libusb_interface *all = calloc(octets[4], sizeof *all);
    config->bNumInterfaces = octets[4];
    config->bConfigurationValue = octets[5];
    config->interface = all;
    for (int at = octets[0]; at < size && octets[at]; at += octets[at]) {
        const unsigned char *each = octets + at;
        if (each[1] == LIBUSB_DT_INTERFACE && interfaces < config->bNumInterfaces)
            interface = add_interface(&all[interfaces++], each);
        else if (each[1] == LIBUSB_DT_ENDPOINT && interface)
            add_endpoint(interface, each);
        else if (interface && !interface->bNumEndpoints)
            add_extra(interface, each);
    }
    *result = config;
    return 0;
}

void libusb_free_config_descriptor(struct libusb_config_descriptor *config)
{
    for (int i = 0; i < config->bNumInterfaces; i++) {
        struct libusb_interface_descriptor *setting = (void *)config->interface[i].altsetting;
        if (setting) {
            free((void *)setting->endpoint);
            free((void *)setting->extra);
            free(setting);
        }
    }
    free((void *)config->interface);
    free(config);
}

ssize_t libusb_get_device_list(libusb_context *unused, libusb_device ***list)
{
    (void)unused;
    *list = calloc(2, sizeof **list);
    if (plug())
        return 0;
    (*list)[0] = (void *)&device;
    return 1;
}

void libusb_free_device_list(libusb_device **list, int unused)
{
    (void)unused;
    free(list);
}

uint8_t libusb_get_bus_number(libusb_device *unused)
{
    (void)unused;
    return 1;
}

uint8_t libusb_get_device_address(libusb_device *unused)
{
    (void)unused;
    return 2;
}

int libusb_open(libusb_device *unused, libusb_device_handle **opened)
{
    (void)unused;
    *opened = (void *)&handle;
    return plug() ? LIBUSB_ERROR_NO_DEVICE : 0;
}

void libusb_close(libusb_device_handle *unused) { (void)unused; }

int libusb_claim_interface(libusb_device_handle *unused, int number)
{
    unsigned char nothing;
    (void)number;
    int error = libusb_control_transfer(unused, 0, LIBUSB_REQUEST_SET_CONFIGURATION, 1, 0, &nothing, 0, CONNECT_MS);
    return error < 0 ? LIBUSB_ERROR_IO : 0;
}

int libusb_release_interface(libusb_device_handle *unused, int number)
{
    (void)unused;
    (void)number;
    return 0;
}

int libusb_init(libusb_context **result)
{
    if (result)
        *result = (void *)&context;
    return 0;
}

void libusb_exit(libusb_context *unused) { (void)unused; }

const char *libusb_error_name(int code)
{
    switch (code) {
    case LIBUSB_SUCCESS:
        return "LIBUSB_SUCCESS";
    case LIBUSB_ERROR_NO_DEVICE:
        return "LIBUSB_ERROR_NO_DEVICE";
    case LIBUSB_ERROR_TIMEOUT:
        return "LIBUSB_ERROR_TIMEOUT";
    case LIBUSB_ERROR_PIPE:
        return "LIBUSB_ERROR_PIPE";
    default:
        return "LIBUSB_ERROR_OTHER";
    }
}
