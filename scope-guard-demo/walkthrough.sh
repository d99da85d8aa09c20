#!/usr/bin/env bash
#
# Mints an organization token for a user and watches its scopes while the user is demoted, promoted and given a scope
# that did not exist before. It uses nothing but machine-to-machine calls: no browser, no sign-in page.
#
# Against the box, which the demo starts:
#
#   ./walkthrough.sh
#
# Against a real Logto, with a machine-to-machine application that has Management API access and token exchange
# allowed, and a user who is a member of an organization:
#
#   LOGTO=https://<tenant>.logto.app CLIENT_ID=… CLIENT_SECRET=… ORG=… USER_ID=… \
#   MANAGEMENT_API=https://<tenant>.logto.app/api ./walkthrough.sh
#
# If an API listens at $API, each step also shows what it says to the token at hand.
# It leaves the tenant as it found it, also when it is interrupted.
#
# Needs bash, curl and jq.
set -euo pipefail

LOGTO=${LOGTO:-http://127.0.0.1:9000}
MANAGEMENT_API=${MANAGEMENT_API:-https://default.logto.app/api}
CLIENT_ID=${CLIENT_ID:-demo-m2m}
CLIENT_SECRET=${CLIENT_SECRET:-demo-m2m-secret}
ORG=${ORG:-acme}
USER_ID=${USER_ID:-alice}
ADMIN=${ADMIN:-admin}    # the organization role to promote to
MEMBER=${MEMBER:-member} # the organization role to demote to
API=${API:-http://localhost:8080}
WAIT=${WAIT:-2}          # seconds; longer than scope-guard.permissions.max-age of that API
PATIENCE=${PATIENCE:-5}  # seconds that the API may take for a response

SCOPES="read:report write:report delete:report invite:member"
NEW_SCOPE=${NEW_SCOPE:-export:report} # one that the API requires somewhere and the tenant does not have yet

# --- the provider ---------------------------------------------------------------------------------------------------

# A client-authenticated token request. The secret goes by standard input, not by the command line that others can list.
token_request() {
  curl --silent --show-error --config - --data-urlencode "scope=$1" "${@:2}" "$LOGTO/oidc/token" \
    <<<"user = \"$CLIENT_ID:$CLIENT_SECRET\""
}

# The Management API has one scope, `all`. An application without access gets a token all the same, just without it.
management_token() {
  token_request all --data-urlencode grant_type=client_credentials --data-urlencode "resource=$MANAGEMENT_API" |
    jq --exit-status --raw-output 'select(.scope == "all").access_token'
}

# manage METHOD PATH [BODY]
manage() {
  curl --silent --show-error --fail-with-body --request "$1" --config - \
    ${3:+--header 'Content-Type: application/json' --data "$3"} "$LOGTO/api$2" \
    <<<"header = \"Authorization: Bearer $MANAGEMENT_TOKEN\""
}

# An organization token of the user: a subject token, good for one use, exchanged (RFC 8693) by the application.
# The scopes are the live ones among those asked for.
mint() {
  local subject_token answer
  subject_token=$(manage POST /subject-tokens "$(jq --null-input --arg id "$USER_ID" '{userId: $id, context: {}}')" |
    jq --raw-output .subjectToken)
  answer=$(token_request "$SCOPES $NEW_SCOPE" \
    --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    --data-urlencode subject_token_type=urn:ietf:params:oauth:token-type:access_token \
    --data-urlencode "subject_token=$subject_token" \
    --data-urlencode "organization_id=$ORG")
  jq --exit-status --raw-output '.access_token // empty' <<<"$answer" 2>/dev/null || {
    echo "$LOGTO issues no token of $USER_ID for $ORG by token exchange: $(error_of "$answer")" >&2
    if [[ $answer == *'grant type is not allowed'* ]]; then
      echo "Allow token exchange in the settings of the application $CLIENT_ID." >&2
    fi
    return 1
  }
}

error_of() { # an answer without a token
  jq --raw-output '[.error // .code, .error_description // .message] | map(select(.)) | join(": ")' <<<"$1" 2>/dev/null ||
    echo "the answer is not JSON"
}

scopes_of_token() { # the claims are the middle part, in base64url
  jq --raw-input --raw-output \
    'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | .scope | split(" ") | sort | join(" ")' \
    <<<"$1"
}

live_scopes() {
  manage GET "/organizations/$ORG/users/$USER_ID/scopes" | jq --raw-output 'map(.name) | sort | join(" ")'
}

set_roles() { # by name
  manage PUT "/organizations/$ORG/users/$USER_ID/roles" \
    "$(jq --null-input --args '{organizationRoleNames: $ARGS.positional}' "$@")" >/dev/null
}

# --- the API --------------------------------------------------------------------------------------------------------

ask_api() { # TOKEN [OPERATION]
  local headers status body
  headers=$(mktemp)
  if body=$(curl --silent --dump-header "$headers" --max-time "$PATIENCE" --config - "$API/organizations/$ORG/reports${2:-}" \
    <<<"header = \"Authorization: Bearer $1\""); then
    status=$(head -n 1 "$headers" | tr -d '\r')
    echo "  the API says   $status"
    grep -i '^scope-drift:' "$headers" | tr -d '\r' | sed 's/^/                 /' || true
    [[ -z $body ]] || echo "                 $body"
  fi
  rm -f "$headers"
}

show() {
  sleep "$WAIT"
  echo "  token carries  $(scopes_of_token "$TOKEN")"
  echo "  user may now   $(live_scopes)"
  ask_api "$TOKEN" "${1:-}"
}

step() {
  echo
  echo "== $*"
}

# --- as it was ------------------------------------------------------------------------------------------------------

restore() {
  local status=$?
  trap - EXIT INT TERM
  if [[ -n ${NEW_SCOPE_ID:-} ]]; then
    manage DELETE "/organization-scopes/$NEW_SCOPE_ID" >/dev/null || true
  fi
  if [[ -n ${ROLES_BEFORE:-} ]]; then
    manage PUT "/organizations/$ORG/users/$USER_ID/roles" "$ROLES_BEFORE" >/dev/null || true
    echo
    echo "The tenant is as it was: $USER_ID may $(live_scopes)"
  fi
  exit "$status"
}

# --- the walk -------------------------------------------------------------------------------------------------------

MANAGEMENT_TOKEN=$(management_token) || {
  echo "No access to the Management API at $LOGTO: check CLIENT_ID, CLIENT_SECRET and MANAGEMENT_API." >&2
  exit 1
}
ROLES_BEFORE=$(manage GET "/organizations/$ORG/users/$USER_ID/roles" | jq '{organizationRoleIds: map(.id)}')
trap restore EXIT
trap 'exit 130' INT TERM

step "$USER_ID is $ADMIN in $ORG, with a fresh token"
set_roles "$ADMIN"
TOKEN=$(mint)
show

step "Demoted to $MEMBER: the token in hand still carries what the user has lost"
set_roles "$MEMBER"
show

step "A new token carries less"
TOKEN=$(mint)
show

step "Promoted to $ADMIN: the token in hand lacks what the user has gained"
set_roles "$ADMIN"
show

step "A new token carries more"
TOKEN=$(mint)
show

step "A scope that did not exist, $NEW_SCOPE, is added to $ADMIN"
NEW_SCOPE_ID=$(manage POST /organization-scopes \
  "$(jq --null-input --arg name "$NEW_SCOPE" '{name: $name, description: "for a walkthrough"}')" | jq --raw-output .id)
ADMIN_ID=$(manage GET "/organizations/$ORG/users/$USER_ID/roles" |
  jq --raw-output --arg name "$ADMIN" '.[] | select(.name == $name).id')
manage POST "/organization-roles/$ADMIN_ID/scopes" \
  "$(jq --null-input --arg id "$NEW_SCOPE_ID" '{organizationScopeIds: [$id]}')" >/dev/null
show /export

step "A new token by exchange carries it; a refresh token from before would not, it takes a new consent"
TOKEN=$(mint)
show /export
