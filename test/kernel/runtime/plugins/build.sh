# SPDX-License-Identifier: GPL-2.0-only
# build.sh ROOT OBJECTS: the plug-ins of these tests, built as anybody would build one: with the header alone.
set -e
for source in "$1"/test/kernel/runtime/plugins/*.cpp; do
    c++ -std=c++20 -O2 -shared -fPIC -Wall -Wextra -Werror -I "$1/runtime/user" "$source" -o "$2/$(basename "$source" .cpp).so"
done
