// SPDX-License-Identifier: GPL-2.0-only
// What a program says: that it ends, that something is wrong, lines of the dump.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Functions.h"

#include <cerrno>
#include <optional>

namespace scx::sim {
namespace {

constexpr uint64_t kMaxFormatBytes = 12 * 8; // MAX_BPRINTF_VARARGS

} // namespace

struct Functions::Messages {
    static bool text(Kernel &k, U format, U data, U size, std::string &out) {
        uint32_t bytes = static_cast<uint32_t>(size);
        if (bytes % 8 || bytes > kMaxFormatBytes || (bytes && !data)) {
            k.error("invalid data=%p and data__sz=%u", reinterpret_cast<void *>(data), bytes);
            return false;
        }
        std::optional<std::string> made = checkedFormat(format, data, bytes);
        if (!made) {
            k.error("format preparation failed (%d)", -EINVAL);
            return false;
        }
        out = *made;
        return true;
    }
    static U exitBstr(void *self, U code, U format, U data, U size, U) {
        Kernel &k = kernel(self);
        if (std::string out; text(k, format, data, size, out))
            k.exitKind(kExitUnregBpf, static_cast<int64_t>(code), "%s", out.c_str());
        return 0;
    }
    static U errorBstr(void *self, U format, U data, U size, U, U) {
        Kernel &k = kernel(self);
        if (std::string out; text(k, format, data, size, out))
            k.exitKind(kExitErrorBpf, 0, "%s", out.c_str());
        return 0;
    }
    static U dumpBstr(void *self, U format, U data, U size, U, U) {
        Kernel &k = kernel(self);
        if (!k.dumping.out)
            k.error("scx_bpf_dump() must only be called from ops.dump() and friends");
        else if (std::string out; text(k, format, data, size, out))
            k.dumpText(out);
        return 0;
    }

    static const Function rows[];
};

const Function Functions::Messages::rows[] = {
    {"scx_bpf_exit_bstr", exitBstr},
    {"scx_bpf_error_bstr", errorBstr},
    {"scx_bpf_dump_bstr", dumpBstr},
};

std::span<const Function> Functions::messageRows() { return Messages::rows; }

} // namespace scx::sim
