#!/bin/sh
# Judges a target in a pipeline: options come from the environment, as data, and every report goes into one folder.
# action.yml runs it, and so can any other CI; ci/gitlab.yml says the same within itself.
#
#   TOLLBRIDGE_START, TOLLBRIDGE_WORLD, …   options of `tollbridge verify`; empty ones count for nothing
#   TOLLBRIDGE_START_ENV                    for --start-env, one NAME=VALUE a line
#   TOLLBRIDGE_URL                          of a target that runs already
#   TOLLBRIDGE_REPORTS                      the folder for the reports  [default: tollbridge-reports]
set -eu
reports=${TOLLBRIDGE_REPORTS:-tollbridge-reports}
mkdir -p "$reports"
set --
for option in start stripe-listen world contract hold profile max-time max-examples baseline reset start-within \
  organization-header shard examples-database; do
  value=$(printenv "TOLLBRIDGE_$(printf %s "$option" | tr a-z- A-Z_)") || continue
  if [ "$value" ]; then set -- "$@" "--$option=$value"; fi
done
while IFS= read -r line; do
  if [ "$line" ]; then set -- "$@" "--start-env=$line"; fi
done <<END
${TOLLBRIDGE_START_ENV:-}
END
for format in json junit sarif html gitlab; do
  case $format in
  junit) file=junit.xml ;;
  gitlab) file=gitlab.json ;;
  *) file=tollbridge.$format ;;
  esac
  set -- "$@" "--$format=$reports/$file"
done
exec tollbridge verify "$@" ${TOLLBRIDGE_URL:+-- "$TOLLBRIDGE_URL"}
