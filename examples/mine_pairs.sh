#!/usr/bin/env bash
# Labelled pairs, doc comment to function, from packages of PyPI, npm and Debian 12: what pretrained.toml calls mined/.
#
#     examples/mine_pairs.sh DATA        # DATA holds the sets of pretrained.toml; writes DATA/mined, downloads 1.5 GB
#
# Needs codequest[code], npm and, for the Debian packages, apt. mined/ next to this file lists the packages.
set -euo pipefail
data=$(realpath "$1")
lists=$(realpath "$(dirname "$0")")/mined
work=$data/mined/packages
mkdir -p "$work"/{pypi,npm,debian,installed} "$work"/code/{python,javascript,java,go,php,ruby}

(cd "$work/pypi" && xargs -n 1 pip download --quiet --no-deps --only-binary :all: < "$lists/pypi.txt")
(cd "$work/npm" && xargs -n 1 npm pack --silent < "$lists/npm.txt")
(cd "$work/debian" && xargs -n 1 apt-get download --quiet < "$lists/debian.txt")

for wheel in "$work"/pypi/*.whl; do
    # 11: a wheel of compiled modules alone has no .py
    unzip -qo "$wheel" '*.py' -d "$work/code/python/$(basename "$wheel" .whl)" || test $? -eq 11
done
for archive in "$work"/npm/*.tgz; do
    folder=$work/code/javascript/$(basename "$archive" .tgz)
    mkdir -p "$folder"
    tar tzf "$archive" --quoting-style=literal | grep -E '\.[cm]?js$' |
        tar xzf "$archive" -C "$folder" --strip-components=1 --verbatim-files-from --files-from -
    # What npm delivers lies in folders that are left out of a codebase as built.
    find "$folder" -depth -type d \( -name dist -o -name build -o -name out -o -name bin \) \
        -execdir sh -c 'mv "$1" "built-${1#./}"' - {} \;
done
for package in "$work"/debian/*.deb; do dpkg -x "$package" "$work/installed"; done
installed=$work/installed/usr
unzip -qo "$(find "$installed/lib/jvm" -name src.zip)" -d "$work/code/java"
mv "$installed"/share/go-*/src "$work/code/go/standard"
mv "$installed/share/gocode/src" "$work/code/go/libraries"
mv "$installed/lib/ruby" "$installed"/share/{rubygems-integration,kramdown,ruby-*} "$work/code/ruby"
mv "$installed"/share/{cacti,davical,dokuwiki,icingaweb2,mediawiki,php,phpldapadmin,phpmyadmin,roundcube,shaarli,tt-rss,wordpress} "$work/code/php"

# Queries that the demo measures with are never trained on, and no query of a labelled set comes out.
python -c 'from codequest.demo.corpus import standard_library
for query in standard_library(test_functions=100_000).test.queries.values(): print(" ".join(query.split()))' > "$data/mined/demo.txt"
excluded=(--exclude "$data/mined/demo.txt")
for set in csn_docs cosqa mbpp conala codenn_python codenn_csharp codenn_sql nl2bash tldr; do
    excluded+=(--exclude "$data/$set")
done
for language in python javascript java go php ruby; do
    codequest queries "$work/code/$language" --pairs "$data/mined/$language" --max-characters 1200 "${excluded[@]}"
done
