package io.scopeguard.testing;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Keycloak with one realm on a loopback socket. It answers the library's requests in the shapes of the recordings, without a
 * {@code Date}, and issues tokens as Keycloak does. Stubs of its server come first, for faults. Thread-safe.
 */
public final class FakeKeycloak implements AutoCloseable {

    public static final String CLIENT_ID = "scope-guard";
    public static final String CLIENT_SECRET = "scope-guard-secret-4711";
    public static final String API = "https://api.example.test";
    public static final String API_CLIENT = "reports-api";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String REALM = "/realms/guard";

    private final Clock clock;
    private final FakeRealm realm;
    private final WireMockServer server;
    private final ECKey key = TestTokens.newKey("realm-key");
    private final List<JWK> published = new CopyOnWriteArrayList<>(List.of(key));
    private volatile String algorithm = "ES256";

    /** An empty realm. */
    public FakeKeycloak(Clock clock) {
        this.clock = clock;
        this.realm = new FakeRealm(clock);
        FakeAdminApi api = new FakeAdminApi(realm);
        this.server = new WireMockServer(
                options().bindAddress("127.0.0.1").dynamicPort().extensions(new Answers(api)));
        server.start();
        server.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse().withTransformers("keycloak")));
    }

    /**
     * The realm of the recordings, with short ids: alice is in /admins of acme and in /members of globex, bob in /members of acme,
     * carol in /admins of globex, dave in none. The client {@code spa} gets tokens for the API.
     */
    public static FakeKeycloak recorded(Clock clock) {
        FakeKeycloak keycloak = new FakeKeycloak(clock);
        FakeRealm realm = keycloak.realm();
        realm.client("api", API_CLIENT, "read:report", "write:report", "delete:report", "invite:member")
                .client("spa-id", "spa")
                .client("guard-id", CLIENT_ID)
                .audience("spa-id", List.of(API, "account"))
                .setting("spa-id", "optionalClientScopes", List.of("organization"))
                .setting("spa-id", "fullScopeAllowed", true)
                .audienceMapper("spa-id", "included.custom.audience", API)
                .mapper(
                        "organization",
                        "oidc-organization-membership-mapper",
                        "multivalued",
                        "true",
                        "addOrganizationId",
                        "true")
                .mapper("organization", "oidc-organization-group-membership-mapper", "addGroupRoleMappings", "true");
        List.of("alice", "bob", "carol", "dave").forEach(user -> realm.user(user, user));
        realm.user("agent-user", "service-account-agent").user("guard-user", "service-account-" + CLIENT_ID);
        for (String alias : List.of("acme", "globex")) {
            realm.organization(alias + "-id", alias)
                    .group(alias + "-id", alias + "-admins", "admins", "read:report", "write:report", "delete:report")
                    .group(alias + "-id", alias + "-members", "members", "read:report");
        }
        realm.member("acme-id", "alice", "acme-admins")
                .member("acme-id", "bob", "acme-members")
                .member("globex-id", "alice", "globex-members")
                .member("globex-id", "carol", "globex-admins");
        return keycloak;
    }

    public FakeRealm realm() {
        return realm;
    }

    public WireMockServer server() {
        return server;
    }

    public URI issuer() {
        return URI.create(server.baseUrl() + REALM);
    }

    /** Publishes the public half of another key beside the realm's own. */
    public FakeKeycloak publish(JWK other) {
        published.add(other);
        return this;
    }

    /** Puts another signature algorithm into the headers of the realm's own tokens. */
    public FakeKeycloak algorithm(String name) {
        algorithm = name;
        return this;
    }

    /** The paths of the Admin API that were read since the last {@link #forgetReads}, without page parameters. */
    public List<String> reads() {
        return server.getAllServeEvents().stream()
                .map(event -> event.getRequest().getUrl())
                .filter(url -> url.startsWith(FakeAdminApi.BASE))
                .map(url -> url.substring(FakeAdminApi.BASE.length()).replaceAll("[?&]first=0&max=100", ""))
                .sorted()
                .toList();
    }

    public void forgetReads() {
        server.resetRequests();
    }

    /** A token of a user that signed in with the client {@code spa} for organizations by alias; {@code *} means all. */
    public String token(String user, String... organizations) {
        return sign(claims(user, organizations));
    }

    /** A token of the service account of {@code agent}. */
    public String machineToken(String... organizations) {
        Map<String, Object> claims = claims("agent-user", organizations);
        claims.remove("sid");
        claims.putAll(Map.of("azp", "agent", "client_id", "agent", "preferred_username", "service-account-agent"));
        return sign(claims);
    }

    /** The claims of a token. */
    public Map<String, Object> claims(String user, String... organizations) {
        Map<String, Object> claims = new LinkedHashMap<>();
        long now = clock.instant().getEpochSecond();
        claims.putAll(Map.of("exp", now + 300, "iat", now, "jti", "onrtro:" + UUID.randomUUID()));
        claims.putAll(Map.of("iss", issuer().toString(), "aud", List.of(API, "account"), "sub", user));
        claims.putAll(Map.of("typ", "Bearer", "azp", "spa", "sid", "session", "scope", "openid profile email"));
        synchronized (realm) {
            Map<String, Object> held = Stream.of(organizations)
                    .flatMap(this::named)
                    .filter(organization -> organization.enabled && organization.members.contains(user))
                    .collect(Collectors.toMap(
                            organization -> organization.alias, organization -> organizationClaim(organization, user)));
            if (!held.isEmpty()) {
                claims.put("organization", held);
            }
            claims.put("realm_access", Map.of("roles", List.copyOf(FakeRealm.of(realm.users, user).realmRoles)));
            List<String> global = new ArrayList<>(FakeRealm.of(realm.users, user).globalRoles);
            if (!global.isEmpty()) {
                claims.put("resource_access", Map.of(API_CLIENT, Map.of("roles", global)));
            }
        }
        return claims;
    }

    private Stream<FakeRealm.Organization> named(String alias) {
        return realm.organizations.values().stream()
                .filter(organization -> alias.equals("*") || organization.alias.equals(alias));
    }

    private Map<String, Object> organizationClaim(FakeRealm.Organization organization, String user) {
        List<FakeRealm.Group> groups = organization.groups.values().stream()
                .filter(group -> group.members.contains(user))
                .toList();
        List<String> roles = groups.stream()
                .flatMap(group -> FakeAdminApi.expand(realm, group.roles).map(FakeRealm.Role::name))
                .distinct()
                .toList();
        Map<String, Object> claim = new LinkedHashMap<>();
        claim.put("id", organization.id);
        claim.put("groups", groups.stream().map(group -> "/" + group.name).toList());
        List<String> realmRoles = groups.stream()
                .flatMap(group -> group.realmRoles.stream().map(role -> role.split(" ")[0]))
                .distinct()
                .toList();
        if (!realmRoles.isEmpty()) {
            claim.put("realm_access", Map.of("roles", realmRoles));
        }
        if (!roles.isEmpty()) {
            claim.put("resource_access", Map.of(API_CLIENT, Map.of("roles", roles)));
        }
        return claim;
    }

    /** Signs any claims with the realm's key. */
    public String sign(Map<String, Object> claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        return TestTokens.sign(header, JSON.writeValueAsString(claims), key);
    }

    @Override
    public void close() {
        server.stop();
    }

    /** The responses to requests without a stub. */
    private final class Answers implements ResponseDefinitionTransformerV2 {

        private final FakeAdminApi api;

        private Answers(FakeAdminApi api) {
            this.api = api;
        }

        @Override
        public String getName() {
            return "keycloak";
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            String path = URI.create(event.getRequest().getUrl()).getPath();
            if (path.equals(REALM + "/protocol/openid-connect/certs")) {
                return answer(200, new JWKSet(List.copyOf(published)).toJSONObject(true));
            }
            if (path.equals(REALM + "/protocol/openid-connect/token")) {
                return answer(200, adminToken());
            }
            FakeAdminApi.Reply reply = api.answer(URI.create(event.getRequest().getUrl()));
            return answer(reply.status(), reply.body());
        }

        private Map<String, Object> adminToken() {
            Map<String, Object> claims = claims("guard-user");
            claims.putAll(Map.of("azp", CLIENT_ID, "client_id", CLIENT_ID, "aud", "realm-management"));
            String[] parts = sign(claims).split("\\.");
            String header = JSON.writeValueAsString(Map.of("alg", algorithm, "typ", "JWT", "kid", key.getKeyID()));
            String token = com.nimbusds.jose.util.Base64URL.encode(header) + "." + parts[1] + "." + parts[2];
            return Map.of("access_token", token, "expires_in", 300, "token_type", "Bearer", "scope", "profile email");
        }

        private static ResponseDefinition answer(int status, @Nullable Object body) {
            return new ResponseDefinitionBuilder()
                    .withStatus(status)
                    .withHeader("Content-Type", "application/json;charset=UTF-8")
                    .withBody(JSON.writeValueAsString(body))
                    .build();
        }
    }
}
