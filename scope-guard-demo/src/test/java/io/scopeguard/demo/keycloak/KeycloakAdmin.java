package io.scopeguard.demo.keycloak;

import io.scopeguard.logtobox.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An administrator of one realm, with the Admin API. Thread-safe. */
public final class KeycloakAdmin {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI server;
    private final String realm;
    private final String apiClient;

    private KeycloakAdmin(URI server, String realm, String apiClient) {
        this.server = server;
        this.realm = realm;
        this.apiClient = apiClient;
    }

    /**
     * Creates a realm with organizations, whose admin events are saved and whose tokens carry the roles of organization groups.
     *
     * @param api the client ID of the API, whose roles are its scopes
     * @param roles that it has
     */
    public static KeycloakAdmin createRealm(KeycloakServer server, String realm, String api, String... roles) {
        KeycloakAdmin bootstrap = new KeycloakAdmin(server.url(), realm, "");
        bootstrap.call(
                "POST",
                "/admin/realms",
                Map.of(
                        "realm",
                        realm,
                        "enabled",
                        true,
                        "organizationsEnabled",
                        true,
                        "adminEventsEnabled",
                        true,
                        "sslRequired",
                        "none"));
        String apiClient = bootstrap.create("/clients", Map.of("clientId", api, "enabled", true));
        KeycloakAdmin admin = new KeycloakAdmin(server.url(), realm, apiClient);
        Arrays.stream(roles).forEach(admin::createRole);
        admin.setUpOrganizationScope();
        return admin;
    }

    public URI issuer() {
        return server.resolve("/realms/" + realm);
    }

    /** The two mappers that Keycloak's console calls "Organization Membership" and "Organization Group Membership". */
    private void setUpOrganizationScope() {
        JsonNode scope = stream(get("/client-scopes"))
                .filter(each -> each.path("name").asString("").equals("organization"))
                .findFirst()
                .orElseThrow();
        String models = "/client-scopes/" + scope.get("id").stringValue() + "/protocol-mappers/models";
        JsonNode mapper = scope.get("protocolMappers").get(0);
        Map<String, Object> config = new HashMap<>();
        mapper.get("config")
                .properties()
                .forEach(option -> config.put(option.getKey(), option.getValue().asString("")));
        config.putAll(Map.of("addOrganizationId", "true", "jsonType.label", "JSON"));
        Map<String, Object> changed = new HashMap<>(Map.of("config", config));
        List.of("id", "name", "protocol", "protocolMapper")
                .forEach(name -> changed.put(name, mapper.get(name).stringValue()));
        call("PUT", path(models + "/" + mapper.get("id").stringValue()), changed);
        create(
                models,
                Map.of(
                        "name", "organization groups",
                        "protocol", "openid-connect",
                        "protocolMapper", "oidc-organization-group-membership-mapper",
                        "config", Map.of("access.token.claim", "true", "addGroupRoleMappings", "true")));
    }

    // Clients

    /** A client that users sign in with. */
    public void createSignInClient(String clientId, String audience, String redirectUri, boolean requiresConsent) {
        String id = create(
                "/clients",
                Map.of(
                        "clientId", clientId,
                        "enabled", true,
                        "publicClient", true,
                        "standardFlowEnabled", true,
                        "consentRequired", requiresConsent,
                        "fullScopeAllowed", true,
                        "redirectUris", List.of(redirectUri)));
        addAudience(id, audience);
    }

    /**
     * A client with a service account.
     *
     * @param rights roles of {@code realm-management}
     * @return the user id of the service account
     */
    public String createMachine(String clientId, String secret, String audience, String... rights) {
        String id = create(
                "/clients",
                Map.of(
                        "clientId", clientId,
                        "enabled", true,
                        "secret", secret,
                        "serviceAccountsEnabled", true,
                        "standardFlowEnabled", false));
        addAudience(id, audience);
        String user = get("/clients/" + id + "/service-account-user").get("id").stringValue();
        if (rights.length > 0) {
            String management =
                    get("/clients?clientId=realm-management").get(0).get("id").stringValue();
            List<Map<String, String>> roles =
                    Arrays.stream(rights).map(right -> role(management, right)).toList();
            call("POST", path("/users/" + user + "/role-mappings/clients/" + management), roles);
        }
        return user;
    }

    private void addAudience(String client, String audience) {
        create(
                "/clients/" + client + "/protocol-mappers/models",
                Map.of(
                        "name", "audience",
                        "protocol", "openid-connect",
                        "protocolMapper", "oidc-audience-mapper",
                        "config", Map.of("included.custom.audience", audience, "access.token.claim", "true")));
    }

    public void createRole(String name) {
        call("POST", path("/clients/" + apiClient + "/roles"), Map.of("name", name));
    }

    /** A client scope that tokens carry if it was requested and the user has the role with its name. */
    public void createRoleBoundScope(String role, String... clientIds) {
        String scope = create(
                "/client-scopes",
                Map.of(
                        "name",
                        role,
                        "protocol",
                        "openid-connect",
                        "attributes",
                        Map.of("include.in.token.scope", "true", "display.on.consent.screen", "true")));
        call(
                "POST",
                path("/client-scopes/" + scope + "/scope-mappings/clients/" + apiClient),
                List.of(role(apiClient, role)));
        for (String clientId : clientIds) {
            String client =
                    get("/clients?clientId=" + clientId).get(0).get("id").stringValue();
            call("PUT", path("/clients/" + client + "/optional-client-scopes/" + scope), null);
        }
    }

    // Users and organizations

    /** A user whose password is its name. */
    public String createUser(String name) {
        return create(
                "/users",
                Map.of(
                        "username",
                        name,
                        "enabled",
                        true,
                        "emailVerified",
                        true,
                        "email",
                        name + "@example.test",
                        "firstName",
                        name,
                        "lastName",
                        "Test",
                        "credentials",
                        List.of(Map.of("type", "password", "value", name, "temporary", false))));
    }

    public void setEnabled(String user, boolean enabled) {
        call("PUT", path("/users/" + user), Map.of("enabled", enabled));
    }

    public String createOrganization(String alias) {
        return create(
                "/organizations",
                Map.of(
                        "name",
                        alias,
                        "alias",
                        alias,
                        "enabled",
                        true,
                        "domains",
                        List.of(Map.of("name", alias + ".example.test"))));
    }

    public void setOrganizationEnabled(String organization, String alias, boolean enabled) {
        call(
                "PUT",
                path("/organizations/" + organization),
                Map.of(
                        "id", organization,
                        "name", alias,
                        "alias", alias,
                        "enabled", enabled,
                        "domains", List.of(Map.of("name", alias + ".example.test"))));
    }

    public String createGroup(String organization, String name, String... roles) {
        String group = create("/organizations/" + organization + "/groups", Map.of("name", name));
        mapRoles(organization, group, roles);
        return group;
    }

    public void mapRoles(String organization, String group, String... roles) {
        List<Map<String, String>> mapped =
                Arrays.stream(roles).map(role -> role(apiClient, role)).toList();
        call(
                "POST",
                path("/organizations/" + organization + "/groups/" + group + "/role-mappings/clients/" + apiClient),
                mapped);
    }

    public void addMember(String organization, String user) {
        call("POST", path("/organizations/" + organization + "/members"), user);
    }

    public void removeMember(String organization, String user) {
        call("DELETE", path("/organizations/" + organization + "/members/" + user), null);
    }

    public void join(String organization, String group, String user) {
        call("PUT", path("/organizations/" + organization + "/groups/" + group + "/members/" + user), null);
    }

    public void leave(String organization, String group, String user) {
        call("DELETE", path("/organizations/" + organization + "/groups/" + group + "/members/" + user), null);
    }

    public void grant(String user, String role) {
        call("POST", path("/users/" + user + "/role-mappings/clients/" + apiClient), List.of(role(apiClient, role)));
    }

    public void createRealmRole(String name) {
        call("POST", path("/roles"), Map.of("name", name));
    }

    public void mapRealmRole(String organization, String group, String role) {
        call(
                "POST",
                path("/organizations/" + organization + "/groups/" + group + "/role-mappings/realm"),
                List.of(realmRole(role)));
    }

    public void grantRealmRole(String user, String role) {
        call("POST", path("/users/" + user + "/role-mappings/realm"), List.of(realmRole(role)));
    }

    public void revokeRealmRole(String user, String role) {
        call("DELETE", path("/users/" + user + "/role-mappings/realm"), List.of(realmRole(role)));
    }

    // The Admin API

    private Map<String, String> realmRole(String name) {
        return Map.of("id", get("/roles/" + name).get("id").stringValue(), "name", name);
    }

    private Map<String, String> role(String client, String name) {
        JsonNode role = get("/clients/" + client + "/roles/" + URLEncoder.encode(name, StandardCharsets.UTF_8));
        return Map.of("id", role.get("id").stringValue(), "name", name);
    }

    private String path(String withinRealm) {
        return "/admin/realms/" + realm + withinRealm;
    }

    private JsonNode get(String path) {
        return call("GET", path(path), null).json();
    }

    private String create(String path, Object body) {
        String location = call("POST", path(path), body).header("location");
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private Answer call(String method, String path, @Nullable Object body) {
        Answer answer = new KeycloakHttp(server)
                .send(
                        method,
                        path,
                        body == null ? null : JSON.writeValueAsString(body),
                        "Authorization",
                        "Bearer " + token(),
                        "Content-Type",
                        "application/json");
        if (answer.status() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    /** Requested for each call, because it is valid for a minute only. */
    private String token() {
        return new KeycloakHttp(server)
                .form(
                        "/realms/master/protocol/openid-connect/token",
                        Map.of(
                                "grant_type",
                                "password",
                                "client_id",
                                "admin-cli",
                                "username",
                                KeycloakServer.ADMINISTRATOR,
                                "password",
                                KeycloakServer.ADMINISTRATOR))
                .string("access_token");
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
