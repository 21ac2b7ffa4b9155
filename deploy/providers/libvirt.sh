#!/bin/sh
# A provider for Gapura (docs/providers.md): virtual machines of libvirt, cloned from one that is shut
# off. Needs virsh and virt-clone, and the right to use them.
#
#   provider:
#     exec:
#       command: [/usr/share/gapura/providers/libvirt.sh]
#       environment: {SEED: calculate-seed, LIBVIRT_DEFAULT_URI: "qemu:///system"}
set -eu

request=$(cat)
# Names and prefixes are a-z, 0-9 and "-": no JSON library is needed to find them.
field() { printf '%s' "$request" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
fail() {  # kind, message
  message=$(printf '%s' "$2" | tr -d '\000-\037' | sed 's/["\\]/\\&/g')
  printf '{"error": {"kind": "%s", "message": "%s"}}\n' "$1" "$message"
  exit 0
}
# All machines, ours or not. When libvirt cannot be asked that is no empty list but a failure.
machines() { virsh list --all --name || exit 1; }
# What a command of libvirt says when it fails is Gapura's to show.
try() { said=$("$@" 2>&1) || fail unreachable "$(printf '%s' "$said" | tail -n 1)"; }

# The first IPv4 address that a lease or the guest's agent knows; nothing while it boots.
address_of() {
  for source in lease agent; do
    found=$(virsh domifaddr "$1" --source "$source" 2>/dev/null |
      awk '$3 == "ipv4" && $4 !~ /^127\./ { sub("/.*", "", $4); print $4; exit }') || continue
    [ -n "$found" ] && { echo "$found"; return; }
  done
  return 0
}

# A machine as Gapura reads it.
describe() {
  address=
  case $(virsh domstate "$1" 2>/dev/null) in
    running) state=running address=$(address_of "$1") ;;
    "shut off") state=stopped ;;
    crashed) state=failed ;;
    *) state=pending ;;
  esac
  printf '{"id": "%s", "name": "%s", "state": "%s", "address": "%s"}' "$1" "$1" "$state" "$address"
}

operation=$(field operation)
name=$(field name)
prefix=$(field namePrefix)
case $operation in
  list)
    names=$(machines)
    comma=
    printf '{"instances": ['
    for one in $names; do
      case $one in "$prefix"*) printf '%s' "$comma"; describe "$one"; comma=', ' ;; esac
    done
    echo ']}'
    ;;
  create)
    try virt-clone --original "${SEED:?}" --name "$name" --auto-clone
    try virsh start "$name"
    echo '{}'
    ;;
  remove)
    case $name in "$prefix"*) ;; *) fail refused "$name is not ours" ;; esac
    names=$(machines)
    printf '%s\n' "$names" | grep -qxF "$name" || fail not_found "there is no $name"
    virsh destroy "$name" >/dev/null 2>&1 || true  # it may be off already
    try virsh undefine "$name" --remove-all-storage
    echo '{}'
    ;;
  start) try virsh start "$name"; echo '{}' ;;
  stop) try virsh shutdown "$name"; echo '{}' ;;
  *) fail refused "the operation $operation is not known" ;;
esac
