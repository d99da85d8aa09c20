package io.scopeguard.auth0;

import io.scopeguard.auth0.TenantState.Api;
import io.scopeguard.auth0.TenantState.ClientGrant;
import io.scopeguard.auth0.TenantState.Organization;
import io.scopeguard.auth0.TenantState.Permission;
import io.scopeguard.auth0.TenantState.User;
import io.scopeguard.testing.DatedServer.Request;
import io.scopeguard.testing.DatedServer.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The Management API of {@link FakeAuth0}, with its token endpoint. */
public final class FakeManagementApi {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Pattern SEARCH = Pattern.compile("organization_id:\"([^\"]+)\" AND blocked:true");

    private final FakeAuth0 tenant;
    private final Map<Pattern, Limit> limits = new ConcurrentHashMap<>();
    private Set<String> permissions = FakeAuth0.ALL_PERMISSIONS;
    private @Nullable Response tokenRefusal;
    private String issuer = "";
    private Function<String, @Nullable Response> fault = path -> null;
    private Function<String, Integer> nonMember = user -> 200;
    private int maxPerPage = 100;

    FakeManagementApi(FakeAuth0 tenant) {
        this.tenant = tenant;
    }

    // Settings

    /** Grants the library's application these permissions only. */
    public FakeManagementApi permissions(Set<String> granted) {
        permissions = granted;
        return this;
    }

    public FakeManagementApi refuseToken(int status, String error, String description) {
        tokenRefusal = json(status, Map.of("error", error, "error_description", description));
        return this;
    }

    /** Issues the library's own token with another issuer. */
    public FakeManagementApi issuer(String other) {
        issuer = other;
        return this;
    }

    /** Limits an endpoint. */
    public FakeManagementApi limit(String pathPattern, int calls, Duration period) {
        limits.put(Pattern.compile(pathPattern), new Limit(calls, period));
        return this;
    }

    /** Replaces answers of the API: those for which the function returns an answer to the path with query. */
    public FakeManagementApi fault(Function<String, @Nullable Response> answer) {
        fault = answer;
        return this;
    }

    /** The status of the answer about the roles of a user that is not a member, which Auth0 does not document. */
    public FakeManagementApi nonMemberStatus(int status) {
        nonMember = user -> status;
        return this;
    }

    /** Returns at most this many items on a numbered page, however many are requested. */
    public FakeManagementApi maxPerPage(int items) {
        maxPerPage = items;
        return this;
    }

    static Response error(int status, String message, @Nullable String code) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("statusCode", status, "error", "x", "message", message));
        if (code != null) {
            body.put("errorCode", code);
        }
        return json(status, body);
    }

    static Response json(int status, Object body) {
        return new Response(
                status, Map.of("Content-Type", "application/json; charset=utf-8"), MAPPER.writeValueAsString(body));
    }

    // Token endpoint

    Response token(Request request) {
        Map<String, String> form = parameters(request.body());
        boolean isKnown = FakeAuth0.CLIENT.equals(form.get("client_id"))
                && FakeAuth0.SECRET.equals(form.get("client_secret"))
                && "client_credentials".equals(form.get("grant_type"));
        if (!isKnown) {
            return json(401, Map.of("error", "access_denied", "error_description", "Unauthorized"));
        }
        if (!(tenant.url() + "/api/v2/").equals(form.get("audience"))) {
            return json(
                    403,
                    Map.of(
                            "error",
                            "access_denied",
                            "error_description",
                            "Service not found: " + form.get("audience")));
        }
        if (tokenRefusal != null) {
            return tokenRefusal;
        }
        return json(
                200,
                Map.of(
                        "access_token",
                        managementToken(),
                        "scope",
                        String.join(" ", permissions),
                        "expires_in",
                        86_400,
                        "token_type",
                        "Bearer"));
    }

    private String managementToken() {
        String claims = MAPPER.writeValueAsString(Map.of("iss", issuer.isEmpty() ? tenant.url() + "/" : issuer));
        return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".c2ln";
    }

    // Reads

    Response answer(Request request) {
        String path = request.target().getRawPath().substring("/api/v2".length());
        for (Map.Entry<Pattern, Limit> limit : limits.entrySet()) {
            if (limit.getKey().matcher(path).matches() && !limit.getValue().take(now())) {
                return tooMany(limit.getValue());
            }
        }
        Response faulty = fault.apply(path + "?" + request.target().getRawQuery());
        if (faulty != null) {
            return faulty;
        }
        if (!("Bearer " + managementToken()).equals(request.headers().get("authorization"))) {
            return error(401, "Invalid token", null);
        }
        String[] segments = Stream.of(path.substring(1).split("/"))
                .map(segment -> URLDecoder.decode(segment, StandardCharsets.UTF_8))
                .toArray(String[]::new);
        return answer(segments, parameters(request.target().getRawQuery()));
    }

    private long now() {
        return tenant.clock.instant().getEpochSecond();
    }

    private Response tooMany(Limit limit) {
        Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "application/json"));
        headers.put("x-ratelimit-limit", Integer.toString(limit.calls));
        headers.put("x-ratelimit-remaining", "0");
        headers.put("x-ratelimit-reset", Long.toString(limit.start + limit.period.toSeconds()));
        return new Response(
                429,
                headers,
                error(429, "Too many requests", "too_many_requests").body());
    }

    private Response answer(String[] path, Map<String, String> query) {
        return switch (path[0]) {
            case "organizations" -> ofOrganization(path, query);
            case "users" -> path.length == 1 ? search(query) : ofUser(path, query);
            case "roles" -> ofRole(path, query);
            case "resource-servers" -> permitted("read:resource_servers", () -> ofApi(path[1]));
            case "client-grants" ->
                permitted(
                        "read:client_grants",
                        () -> grants(
                                tenant.now().grants.stream()
                                        .filter(grant -> grant.client().equals(query.get("client_id")))
                                        .toList(),
                                query,
                                true));
            default -> error(404, "Not Found", null);
        };
    }

    private Response permitted(String permission, java.util.function.Supplier<Response> answer) {
        return permissions.contains(permission)
                ? answer.get()
                : error(403, "Insufficient scope, expected any of: " + permission, "insufficient_scope");
    }

    private Response ofOrganization(String[] path, Map<String, String> query) {
        Organization organization = tenant.late().organizations.get(path[1]);
        if (organization == null) {
            return error(404, "No organization found by that id or name", "inexistent_organization");
        }
        if (path[2].equals("client-grants")) {
            return permitted(
                    "read:organization_client_grants",
                    () -> grants(
                            tenant.now().grants.stream()
                                    .filter(grant -> grant.client().equals(query.get("client_id")))
                                    .filter(grant -> grant.organizations().contains(path[1]))
                                    .toList(),
                            query,
                            false));
        }
        if (path.length == 3) {
            return permitted("read:organization_members", () -> members(organization, query));
        }
        boolean isMember = organization.members.containsKey(path[3]);
        if (!isMember && nonMember.apply(path[3]) != 200) {
            return error(nonMember.apply(path[3]), "The user is not a member", "inexistent_member");
        }
        boolean isEffective = path[4].equals("effective-roles");
        Collection<String> roles = isEffective
                ? organization.effectiveRoles(path[3])
                : organization.members.getOrDefault(path[3], Set.of());
        return permitted(
                "read:organization_member_roles",
                () -> list("roles", roles.stream().map(FakeManagementApi::named).toList(), query, isEffective));
    }

    private Response members(Organization organization, Map<String, String> query) {
        boolean withRoles = List.of(query.getOrDefault("fields", "").split(",")).contains("roles");
        return list(
                "members",
                organization.members.entrySet().stream()
                        .map(member -> withRoles
                                ? Map.of(
                                        "user_id",
                                        member.getKey(),
                                        "roles",
                                        member.getValue().stream()
                                                .map(FakeManagementApi::named)
                                                .toList())
                                : Map.of("user_id", member.getKey()))
                        .toList(),
                query,
                true);
    }

    private Response search(Map<String, String> query) {
        var found = SEARCH.matcher(query.get("q"));
        if (!found.matches()) {
            return error(400, "Invalid query", "invalid_query_string");
        }
        TenantState late = tenant.late();
        Organization organization = late.organizations.getOrDefault(found.group(1), new Organization());
        return list(
                "users",
                organization.members.keySet().stream()
                        .filter(user -> late.users.get(user).isBlocked)
                        .map(user -> Map.of("user_id", user))
                        .toList(),
                query,
                false);
    }

    private Response ofUser(String[] path, Map<String, String> query) {
        TenantState state = tenant.now();
        User user = state.users.get(path[1]);
        if (user == null) {
            return error(404, "The user does not exist.", "inexistent_user");
        }
        if (path.length == 2) {
            return permitted(
                    "read:users",
                    () -> json(
                            200,
                            user.isBlocked ? Map.of("user_id", path[1], "blocked", true) : Map.of("user_id", path[1])));
        }
        return switch (path[2]) {
            case "roles" ->
                list("roles", user.roles.stream().map(FakeManagementApi::named).toList(), query, false);
            case "permissions" ->
                list(
                        "permissions",
                        user.permissions.stream()
                                .map(FakeManagementApi::permission)
                                .toList(),
                        query,
                        false);
            case "organizations" ->
                list(
                        "organizations",
                        tenant.late().organizations.entrySet().stream()
                                .filter(organization ->
                                        organization.getValue().members.containsKey(path[1]))
                                .map(organization -> named(organization.getKey()))
                                .toList(),
                        query,
                        true);
            default -> error(404, "Not Found", null);
        };
    }

    private Response ofRole(String[] path, Map<String, String> query) {
        Map<String, Set<Permission>> roles = tenant.now().roles;
        if (path.length == 1) {
            return permitted(
                    "read:roles",
                    () -> list(
                            "roles",
                            roles.keySet().stream()
                                    .map(FakeManagementApi::named)
                                    .toList(),
                            query,
                            false));
        }
        return roles.containsKey(path[1])
                ? list(
                        "permissions",
                        roles.get(path[1]).stream()
                                .map(FakeManagementApi::permission)
                                .toList(),
                        query,
                        false)
                : error(404, "The role does not exist.", "inexistent_role");
    }

    private Response ofApi(String identifier) {
        Api api = tenant.now().apis.get(identifier);
        return api == null
                ? error(404, "The resource server does not exist", "inexistent_resource_server")
                : json(
                        200,
                        Map.of(
                                "identifier", identifier,
                                "scopes",
                                        api.scopes().stream()
                                                .map(scope -> Map.of("value", scope))
                                                .toList(),
                                "enforce_policies", api.isRbacEnabled(),
                                "token_dialect", api.dialect(),
                                "signing_alg", api.algorithm()));
    }

    private Response grants(List<ClientGrant> grants, Map<String, String> query, boolean byCheckpoint) {
        return list(
                "client_grants",
                grants.stream()
                        .map(grant -> Map.of(
                                "id", grant.id(),
                                "client_id", grant.client(),
                                "audience", grant.api(),
                                "scope", grant.scopes(),
                                "organization_usage", grant.usage(),
                                "allow_any_organization", grant.isForAny(),
                                "subject_type", grant.subjectType()))
                        .toList(),
                query,
                byCheckpoint);
    }

    private static Map<String, String> named(String id) {
        return Map.of("id", id, "name", "name of " + id);
    }

    private static Map<String, String> permission(Permission permission) {
        return Map.of("permission_name", permission.name(), "resource_server_identifier", permission.api());
    }

    /** A list in the endpoint's way of paging. With the parameters of the other way, the answer has no total or no checkpoint. */
    private Response list(String name, List<?> items, Map<String, String> query, boolean byCheckpoint) {
        if (byCheckpoint) {
            int from = Integer.parseInt(query.getOrDefault("from", "0"));
            int to = Math.min(from + Integer.parseInt(query.getOrDefault("take", "50")), items.size());
            Map<String, Object> body = new LinkedHashMap<>(Map.of(name, items.subList(from, to)));
            if (to < items.size()) {
                body.put("next", Integer.toString(to));
            }
            return json(200, body);
        }
        int size = Math.min(Integer.parseInt(query.getOrDefault("per_page", "50")), maxPerPage);
        int from = Math.min(Integer.parseInt(query.getOrDefault("page", "0")) * size, items.size());
        List<?> page = items.subList(from, Math.min(from + size, items.size()));
        return "true".equals(query.get("include_totals"))
                ? json(200, Map.of("start", from, "limit", size, "total", items.size(), name, page))
                : json(200, page);
    }

    private static Map<String, String> parameters(@Nullable String encoded) {
        Map<String, String> parameters = new HashMap<>();
        if (encoded != null) {
            for (String pair : encoded.split("&")) {
                int equals = pair.indexOf('=');
                parameters.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    /** The number of calls in each period. */
    private static final class Limit {

        private final int calls;
        private final Duration period;
        private long start;
        private int made;

        Limit(int calls, Duration period) {
            this.calls = calls;
            this.period = period;
        }

        synchronized boolean take(long now) {
            if (now - start >= period.toSeconds()) {
                start = now;
                made = 0;
            }
            return ++made <= calls;
        }
    }
}
