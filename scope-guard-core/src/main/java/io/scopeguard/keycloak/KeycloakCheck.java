package io.scopeguard.keycloak;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.Json;
import io.scopeguard.token.AccessTokenVerifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Checks at start-up whether Keycloak's configuration provides tokens and answers of the Admin API as needed. An error that would
 * fail every request is thrown; every other problem is a finding, with the fix.
 */
final class KeycloakCheck {

    private static final CallContext NOW = CallContext.FOREGROUND;

    private static final String ORGANIZATION_MAPPER = "oidc-organization-membership-mapper";
    private static final String GROUP_MAPPER = "oidc-organization-group-membership-mapper";
    private static final String AUDIENCE_MAPPER = "oidc-audience-mapper";
    private static final String CUSTOM_AUDIENCE = "included.custom.audience";
    private static final String CLIENT_AUDIENCE = "included.client.audience";

    private final AdminApi api;
    private final AdminApi events;
    private final ClientCredentialsToken token;
    private final String ownClient;
    private final List<ApiClient> apiClients;
    private final List<String> signInClients;
    private final OrganizationIdentifier identifier;
    private final GlobalScopes globalScopes;
    private final boolean needsEvents;

    /** @param events reads the settings of admin events */
    KeycloakCheck(
            AdminApi api,
            AdminApi events,
            ClientCredentialsToken token,
            String ownClient,
            List<ApiClient> apiClients,
            List<String> signInClients,
            OrganizationIdentifier identifier,
            GlobalScopes globalScopes,
            boolean needsEvents) {
        this.api = api;
        this.events = events;
        this.token = token;
        this.ownClient = ownClient;
        this.apiClients = apiClients;
        this.signInClients = signInClients;
        this.identifier = identifier;
        this.globalScopes = globalScopes;
        this.needsEvents = needsEvents;
    }

    /**
     * Checks the essential settings, and reads the catalogue of scopes.
     *
     * @throws SettingRefusedException if a setting, a right or the realm's algorithm is wrong
     */
    void require() {
        requireAlgorithm();
        requireAnswer(AdminRead.ORGANIZATIONS, "/organizations?max=1");
        requireAnswer(AdminRead.USERS, "/users?max=1");
        apiClients.forEach(client -> client.roles(NOW));
    }

    private void requireAnswer(AdminRead read, String path) {
        if (api.get(read, path, NOW, JsonNode::isArray).isEmpty()) {
            throw Json.malformed();
        }
    }

    /** Checks the algorithm in the header of our own token: only an administrator of the realm may read the realm's setting. */
    private void requireAlgorithm() {
        String[] parts = token.authorize(NOW, bearer -> bearer.split("\\.", -1));
        byte[] header =
                parts.length == 3 ? Base64.getUrlDecoder().decode(parts[0]) : "{}".getBytes(StandardCharsets.UTF_8);
        String algorithm = Json.lenientText(header, "alg");
        if (!algorithm.isEmpty() && !AccessTokenVerifier.algorithms().contains(algorithm)) {
            throw KeycloakRefusals.unsupportedAlgorithm(algorithm);
        }
    }

    /** The problems in Keycloak's configuration, each in one or more sentences. */
    List<String> findings() {
        List<String> findings = new ArrayList<>();
        if (needsEvents) {
            findings.addAll(
                    checked("Admin events", () -> eventsFinding().stream().toList()));
        }
        findings.addAll(checked("Clients and client scopes", this::findingsOfClients));
        return findings;
    }

    /** The findings about a part of the configuration. An answer that cannot be used is a finding itself: it does not improve. */
    private static List<String> checked(String part, Supplier<List<String>> check) {
        try {
            return check.get();
        } catch (PermissionsUnavailableException e) {
            if (e.reason() != Reason.MALFORMED) {
                throw e;
            }
            return List.of(part + " could not be checked. " + e.getMessage());
        }
    }

    private List<String> findingsOfClients() {
        List<JsonNode> scopes = api.whole(AdminRead.CLIENT_SCOPES, "/client-scopes", NOW, scope -> scope);
        if (signInClients.isEmpty()) {
            return findingsOfRealm(scopes);
        }
        List<String> findings = new ArrayList<>(
                findingsOf(signInClients.stream().map(this::client).toList(), scopes));
        String user = ownUser();
        signInClients.forEach(client -> audienceFinding(client, user).ifPresent(findings::add));
        return findings;
    }

    /** Checks the clients with an audience mapper for this API, on the assumption that users sign in with these. */
    private List<String> findingsOfRealm(List<JsonNode> scopes) {
        List<KeycloakClient> others = api.all(AdminRead.CLIENTS, "/clients", NOW, KeycloakClient::new).stream()
                .filter(client -> client.isEnabled() && !client.clientId().equals(ownClient))
                .toList();
        List<KeycloakClient> ours = others.stream()
                .filter(client -> hasAudienceMapper(client, scopes))
                .toList();
        if (!ours.isEmpty()) {
            return findingsOf(ours, scopes);
        }
        List<String> findings = new ArrayList<>(mapperFindings(attached(scopes, others)));
        findings.add("No client has an audience mapper for " + apiClients.get(0).audience() + ", or for the client "
                + apiClients.get(0).clientId()
                + ", so tokens for organizations are refused: this API is not in their aud. Add one to the clients that users"
                + " sign in with, or to one of their client scopes.");
        return findings;
    }

    private List<String> findingsOf(List<KeycloakClient> clients, List<JsonNode> scopes) {
        List<String> findings = new ArrayList<>(mapperFindings(attached(scopes, clients)));
        clients.forEach(client -> findings.addAll(clientFindings(client)));
        return findings;
    }

    /** A mapper works only in a client scope that is assigned to a client. */
    private static List<JsonNode> attached(List<JsonNode> scopes, List<KeycloakClient> clients) {
        return scopes.stream()
                .filter(scope -> clients.stream()
                        .anyMatch(client -> client.hasScope(scope.path("name").asString(""))))
                .toList();
    }

    private boolean hasAudienceMapper(KeycloakClient client, List<JsonNode> scopes) {
        List<JsonNode> holders = new ArrayList<>(attached(scopes, List.of(client)));
        holders.add(client.node());
        return mappers(holders, AUDIENCE_MAPPER).stream()
                .map(mapper -> mapper.path("config"))
                .anyMatch(config -> isOurs(config.path(CUSTOM_AUDIENCE).asString(""))
                        || isOurs(config.path(CLIENT_AUDIENCE).asString("")));
    }

    private boolean isOurs(String audience) {
        return apiClients.stream()
                .anyMatch(client -> client.audience().value().equals(audience)
                        || client.clientId().equals(audience));
    }

    private Optional<String> eventsFinding() {
        try {
            boolean isSaved = events.get(
                            AdminRead.EVENTS_CONFIG,
                            "/events/config",
                            NOW,
                            config -> config.path("adminEventsEnabled").asBoolean(false))
                    .orElseThrow(Json::malformed);
            return isSaved
                    ? Optional.empty()
                    : Optional.of(
                            "adminEventsEnabled is false, so changes are noticed by age only. Switch on 'Save events' under"
                                    + " Realm settings, Events, Admin events settings.");
        } catch (SettingRefusedException e) {
            return Optional.of("Admin events cannot be read, so changes are noticed by age only. " + e.fix());
        }
    }

    private List<String> mapperFindings(List<JsonNode> scopes) {
        List<String> findings = new ArrayList<>();
        List<JsonNode> organizationMappers = mappers(scopes, ORGANIZATION_MAPPER);
        if (organizationMappers.stream().noneMatch(mapper -> isOn(mapper, "multivalued"))) {
            findings.add(
                    "No client scope of a client has a mapper 'Organization Membership' that is multivalued and adds its claim to"
                            + " access tokens, so tokens name no organization. Restore it in the client scope 'organization',"
                            + " and assign that scope to the clients that users sign in with.");
        } else if (identifier == OrganizationIdentifier.ID
                && organizationMappers.stream().noneMatch(mapper -> isOn(mapper, "addOrganizationId"))) {
            findings.add(
                    "The mapper 'Organization Membership' does not add the organization's id, so tokens for organizations are"
                            + " refused. Switch on 'Add organization id', or identify organizations by alias.");
        }
        if (mappers(scopes, GROUP_MAPPER).stream().noneMatch(mapper -> isOn(mapper, "addGroupRoleMappings"))) {
            findings.add(
                    "No client scope of a client has a mapper 'Organization Group Membership' with 'Add group role mappings', so"
                            + " tokens carry no roles of organizations. Add it to the client scope 'organization', and assign that"
                            + " scope to the clients that users sign in with.");
        }
        return findings;
    }

    private static List<JsonNode> mappers(List<JsonNode> scopes, String type) {
        return scopes.stream()
                .flatMap(scope -> stream(scope.path("protocolMappers")))
                .filter(mapper -> mapper.path("protocolMapper").asString("").equals(type))
                .filter(mapper -> isOn(mapper, "access.token.claim"))
                .toList();
    }

    private static boolean isOn(JsonNode mapper, String option) {
        return mapper.path("config").path(option).asString("").equals("true");
    }

    private String ownUser() {
        String path = path("/clients/{}/service-account-user", client(ownClient).id());
        return api.get(AdminRead.SERVICE_ACCOUNT, path, NOW, user -> Json.text(user, "id"))
                .orElseThrow(Json::malformed);
    }

    /** Checks an example token, which shows the effect of mappers of every type. */
    private Optional<String> audienceFinding(String clientId, String user) {
        String example = path(
                "/clients/{}/evaluate-scopes/generate-example-access-token?scope=openid",
                client(clientId).id());
        JsonNode claims = api.get(AdminRead.EXAMPLE_TOKEN, example + "&userId=" + path("{}", user), NOW, body -> body)
                .orElseThrow(Json::malformed);
        return isForApi(claims)
                ? Optional.empty()
                : Optional.of("The client '" + clientId
                        + "' gets tokens without this API in their aud, which are refused. Add an audience mapper for "
                        + apiClients.get(0).audience() + ", or for the client "
                        + apiClients.get(0).clientId() + ".");
    }

    private List<String> clientFindings(KeycloakClient client) {
        List<String> findings = new ArrayList<>();
        add(
                findings,
                client,
                !client.hasScope("organization"),
                "cannot ask for organizations. Add the client scope 'organization' to it.");
        add(
                findings,
                client,
                globalScopes == GlobalScopes.SCOPE && client.isFullScopeAllowed(),
                "has 'Full scope allowed', so its tokens contain all roles of the user, requested or not. Switch it off.");
        add(
                findings,
                client,
                client.isLightweight(),
                "gets lightweight access tokens, which are refused: they name no subject."
                        + " Switch off 'Always use lightweight access token'.");
        add(
                findings,
                client,
                !client.isAlgorithmSupported(),
                "gets tokens signed by an algorithm that is not accepted. Choose"
                        + " RS256, ES256, ES384 or ES512 as its access token signature algorithm.");
        return findings;
    }

    private static void add(List<String> findings, KeycloakClient client, boolean isWrong, String problem) {
        if (isWrong) {
            findings.add("The client '" + client.clientId() + "' " + problem);
        }
    }

    private boolean isForApi(JsonNode claims) {
        JsonNode audience = claims.path("aud");
        return audience.isArray()
                ? stream(audience).anyMatch(each -> isOurs(each.asString("")))
                : isOurs(audience.asString(""));
    }

    private KeycloakClient client(String clientId) {
        return api.all(AdminRead.CLIENTS, path("/clients?clientId={}", clientId), NOW, KeycloakClient::new).stream()
                .filter(client -> client.clientId().equals(clientId))
                .findFirst()
                .orElseThrow(() -> KeycloakRefusals.unknownSignInClient(clientId));
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
