# Shared by ./colossus, ./test and .ci/run; sourced, not run. Sets $root and offers need_dotnet, need_limits and build.
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

# Finds dotnet where its installers put it; ends with 3, the exit code for "the environment lacks something", when there is none.
need_dotnet() {
  command -v dotnet > /dev/null && return
  local place
  for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
    if [ -n "$place" ] && [ -x "$place/dotnet" ]; then
      export DOTNET_ROOT="$place" PATH="$place:$PATH"
      return
    fi
  done
  echo "colossus: the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and try again." >&2
  exit 3
}

# The least that the .NET runtime needs before it can say what it lacks: a file descriptor for each assembly that it loads, and its reservation of memory.
need_limits() {
  local files=256 kilobytes=1000000
  # What the hard limit allows is taken without asking.
  [ "$(ulimit -Sn)" = unlimited ] || [ "$(ulimit -Sn)" -ge $files ] || ulimit -Sn "$(ulimit -Hn)" 2> /dev/null || true
  if [ "$(ulimit -Sn)" != unlimited ] && [ "$(ulimit -Sn)" -lt $files ]; then
    echo "colossus: $(ulimit -Sn) files may be open at once, $files are needed. Raise the limit: 'ulimit -n 4096', nofile in /etc/security/limits.conf, LimitNOFILE of a service, or --ulimit nofile=4096 of a container." >&2
    exit 3
  fi
  if [ "$(ulimit -Sv)" != unlimited ] && [ "$(ulimit -Sv)" -lt $kilobytes ]; then
    echo "colossus: a process may use $(ulimit -Sv) kB of address space, $kilobytes are needed. Raise the limit: 'ulimit -v unlimited', or as in /etc/security/limits.conf." >&2
    exit 3
  fi
}

# build NAME SOLUTION FOLDER...: builds SOLUTION unless nothing under the folders is newer than the last successful build of NAME.
# Folders count with their own times, so a deleted file is noticed too.
build() {
  local name="$1" solution="$2" stamp="$root/artifacts/.built-$1" log="$root/artifacts/build-$1.log" started lock home
  shift 2
  fresh "$stamp" "$@" && return
  require_writable
  # Two commands started together build once: the second waits, then finds the first one's work.
  exec {lock}> "$root/artifacts/.build-lock"
  if command -v flock > /dev/null && ! flock --nonblock "$lock"; then
    echo "colossus: waiting for another build ..." >&2
    flock "$lock"
  fi
  if ! fresh "$stamp" "$@"; then
    started=$SECONDS
    if [ -e "$stamp" ]; then
      echo "colossus: building what changed ..." >&2
    else
      echo "colossus: building for the first time: packages are fetched once, this takes a minute or two ..." >&2
    fi
    # The stamp carries the time before the build: what is edited meanwhile is built next time.
    touch "$stamp.new"
    home="$(build_home)"
    if ! HOME="$home" DOTNET_CLI_HOME="$home" dotnet build "$root/$solution" -c Release -nologo -v quiet -nodeReuse:false -clp:NoSummary > "$log" 2>&1 {lock}>&-; then
      sort -u "$log" | grep -E "error|MSB|NETSDK|SDK" >&2 || cat "$log" >&2
      echo "colossus: the build failed; all of its output is in $log" >&2
      exit 1
    fi
    mv "$stamp.new" "$stamp"
    echo "colossus: built in $((SECONDS - started)) s" >&2
  fi
  exec {lock}>&-
}

# An installation that others may only read is built by whoever can write it.
require_writable() {
  mkdir -p "$root/artifacts" 2> /dev/null && [ -w "$root/artifacts" ] && return
  echo "colossus: $root is not built from its present sources, and you may not write there: $(stat -c %U "$root") runs $root/colossus once, then everybody can." >&2
  exit 3
}

# Packages are fetched into the home folder; where that cannot be written, into the clone.
build_home() {
  # By making what the SDK would make: permissions alone say nothing of /proc and of read-only file systems.
  if [[ "${HOME:-}" == /* ]] && mkdir -p "$HOME/.dotnet" "$HOME/.nuget" 2> /dev/null && [ -w "$HOME/.nuget" ]; then
    echo "$HOME"
  else
    mkdir -p "$root/artifacts/home"
    echo "$root/artifacts/home"
  fi
}

fresh() {
  local stamp="$1" folder
  shift
  [ -e "$stamp" ] || return 1
  local sources=("$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json" "$root/.editorconfig")
  for folder in "$@"; do
    [ -e "$root/$folder" ] && sources+=("$root/$folder")
  done
  [ -z "$(find "${sources[@]}" -newer "$stamp" -print -quit)" ]
}
