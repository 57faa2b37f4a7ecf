// SPDX-License-Identifier: GPL-2.0-only
#include "tools/MetricsServer.h"

#include <microhttpd.h>
#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace scx {
namespace {

constexpr unsigned kMostConnections = 64, kPatience = 5; // seconds
constexpr const char *kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct Address {
    std::string host, port;
};

Address split(const std::string &address) {
    size_t colon = address.rfind(':');
    std::string host = address.substr(0, colon), port = colon == std::string::npos ? "" : address.substr(colon + 1);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) < 1 || std::stoi(port) > 65535)
        throw std::runtime_error("`" + address + "` is no address for metrics; write 127.0.0.1:9273, or :9273 for all addresses");
    return {host, port};
}

MHD_Result answer(void *self, MHD_Connection *connection, const char *path, const char *method, const char *, const char *, size_t *, void **) {
    bool reads = std::string_view(method) == MHD_HTTP_METHOD_GET || std::string_view(method) == MHD_HTTP_METHOD_HEAD,
         there = std::string_view(path) == "/metrics";
    std::string_view text = !reads ? "only GET\n" : !there ? "metrics are at /metrics\n" : std::string_view(static_cast<MetricsServer *>(self)->current());
    MHD_Response *response = MHD_create_response_from_buffer(text.size(), const_cast<char *>(text.data()), MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, there && reads ? kOpenMetrics : "text/plain");
    MHD_Result queued = MHD_queue_response(connection, !reads ? MHD_HTTP_METHOD_NOT_ALLOWED : there ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, response);
    MHD_destroy_response(response);
    return queued;
}

} // namespace

MetricsServer::MetricsServer(const std::string &address, std::function<std::string()> text) : make(std::move(text)) {
    Address at = split(address);
    addrinfo hints = {}, *found = nullptr;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(at.host.empty() ? nullptr : at.host.c_str(), at.port.c_str(), &hints, &found) != 0)
        throw std::runtime_error("`" + at.host + "` is no address; write it in numbers, like 127.0.0.1:9273");
    std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner(found, freeaddrinfo);
    unsigned flags = static_cast<unsigned>(MHD_USE_EPOLL) | (found->ai_family == AF_INET6 ? static_cast<unsigned>(MHD_USE_IPv6) : 0u);
    errno = 0;
    daemon = MHD_start_daemon(flags, static_cast<uint16_t>(std::stoi(at.port)), nullptr, nullptr, answer, this, MHD_OPTION_SOCK_ADDR, found->ai_addr,
                              MHD_OPTION_CONNECTION_LIMIT, kMostConnections, MHD_OPTION_CONNECTION_TIMEOUT, kPatience, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                              size_t(32 << 10), MHD_OPTION_END);
    const MHD_DaemonInfo *info = daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD) : nullptr;
    if (!info)
        throw std::runtime_error("metrics cannot be served at " + address + ": " + std::strerror(errno ? errno : EIO) + "; name another address");
    waiter = info->epoll_fd;
}

MetricsServer::~MetricsServer() { MHD_stop_daemon(daemon); }

void MetricsServer::update() { MHD_run(daemon); }

const std::string &MetricsServer::current() {
    auto now = std::chrono::steady_clock::now();
    if (text.empty() || now - made > std::chrono::milliseconds(100)) {
        text = make();
        made = now;
    }
    return text;
}

} // namespace scx
