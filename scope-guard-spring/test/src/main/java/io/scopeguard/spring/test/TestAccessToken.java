package io.scopeguard.spring.test;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/**
 * An access token for a test. It is signed and verified like any other, by an issuer that exists only inside the test process.
 *
 * <pre>{@code
 * mvc.perform(get("/organizations/acme/reports").with(organizationToken("acme").scopes("read:report")));
 * mvcTester.get().uri("/organizations/acme/reports").with(organizationToken("acme").scopes("read:report"));
 * restTestClient.get().uri("/organizations/acme/reports").headers(organizationToken("acme").scopes("read:report"));
 * webTestClient.get().uri("/organizations/acme/reports").headers(organizationToken("acme").scopes("read:report"));
 * }</pre>
 *
 * <p>The subject holds the scopes of its tokens, unless {@link TestPermissions} changes that. The token was issued ten minutes ago
 * and is valid for another fifty.
 *
 * <p>Each method returns another token, with an id ({@code jti}) of its own. A token that is kept in a constant is signed anew for
 * each test. Thread-safe.
 *
 * @since 0.1
 */
public final class TestAccessToken implements RequestPostProcessor, Consumer<HttpHeaders> {

    /** The default user. */
    public static final String DEFAULT_USER = "user";

    /** The default client. */
    public static final String DEFAULT_CLIENT = "client";

    /** The audience of organization tokens. */
    static final String ORGANIZATION_AUDIENCE = "urn:scope-guard:organization";

    static final String ORGANIZATION_CLAIM = "organization_id";
    static final String ROLES_CLAIM = "roles";

    /** The age of a token, which is certainly older than every read of live permissions. */
    private static final Duration AGE = Duration.ofMinutes(10);

    private static final Duration LIFETIME = Duration.ofHours(1);

    private static final AtomicLong tests = new AtomicLong();

    private final Map<String, Object> claims;
    private final @Nullable Instant issuedAt;
    private volatile @Nullable Signed signed;

    /** @param issuedAt {@code null} for ten minutes before the first use in a test */
    private TestAccessToken(Map<String, Object> claims, @Nullable Instant issuedAt) {
        this.claims = Map.copyOf(claims);
        this.issuedAt = issuedAt;
    }

    /** Lets each token be signed anew at its next use, because the test that used it is over. */
    static void forgetSignatures() {
        tests.incrementAndGet();
    }

    /** A token for one organization, without scopes. */
    public static TestAccessToken organizationToken(String organization) {
        return token(ORGANIZATION_AUDIENCE).organization(organization);
    }

    /**
     * A token for an API resource, outside of organizations and without scopes.
     *
     * @param resource one of {@code scope-guard.resources}
     */
    public static TestAccessToken resourceToken(String resource) {
        return token(resource);
    }

    private static TestAccessToken token(String audience) {
        Map<String, Object> claims =
                Map.of("aud", audience, "sub", DEFAULT_USER, "client_id", DEFAULT_CLIENT, "scope", "");
        return new TestAccessToken(claims, null);
    }

    /** The token with exactly these scopes. */
    public TestAccessToken scopes(String... scopes) {
        return claim("scope", String.join(" ", scopes));
    }

    /** The token for this user. */
    public TestAccessToken user(String id) {
        return claim("sub", id);
    }

    /** The token as issued to this client. */
    public TestAccessToken client(String id) {
        return claim("client_id", id);
    }

    /** The token of an application that acts on its own behalf, by the grant type {@code client_credentials}. */
    public TestAccessToken application(String id) {
        return user(id).client(id);
    }

    /** The token for its API resource inside this organization. */
    public TestAccessToken organization(String id) {
        return claim(ORGANIZATION_CLAIM, id);
    }

    /**
     * The token with a claim for the names of these roles: organization roles, or global roles if the token is for no organization.
     */
    public TestAccessToken roles(String... names) {
        return claim(ROLES_CLAIM, List.of(names));
    }

    /** The token with an additional or changed claim. */
    public TestAccessToken claim(String name, Object content) {
        Map<String, Object> changed = new LinkedHashMap<>(claims);
        changed.put(name, content);
        return new TestAccessToken(changed, issuedAt);
    }

    /** The token, issued at this time. It expires an hour later. */
    public TestAccessToken issuedAt(Instant time) {
        return new TestAccessToken(claims, time);
    }

    /** The token, already expired. */
    public TestAccessToken expired() {
        return issuedAt(Instant.now().minus(AGE).minus(LIFETIME));
    }

    /** The compact serialization, for the {@code Authorization} header. It stays the same during a test. */
    public String value() {
        long test = tests.get();
        Signed last = signed;
        if (last == null || last.test != test) {
            last = new Signed(test, TestIssuer.sign(claimsSet()));
            signed = last;
        }
        return last.value;
    }

    /** Adds the token to a request of MockMvc. */
    @Override
    public MockHttpServletRequest postProcessRequest(MockHttpServletRequest request) {
        request.removeHeader(HttpHeaders.AUTHORIZATION);
        request.addHeader(HttpHeaders.AUTHORIZATION, "Bearer " + value());
        return request;
    }

    /** Adds the token to a request of an HTTP client. */
    @Override
    public void accept(HttpHeaders headers) {
        headers.setBearerAuth(value());
    }

    private JWTClaimsSet claimsSet() {
        Instant issued = issuedAt == null ? Instant.now().minus(AGE) : issuedAt;
        JWTClaimsSet.Builder all = new JWTClaimsSet.Builder()
                .issuer(TestIssuer.ISSUER)
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(issued))
                .expirationTime(Date.from(issued.plus(LIFETIME)));
        claims.forEach(all::claim);
        return all.build();
    }

    /** The names of the claims. */
    @Override
    public String toString() {
        return "access token with claims " + claims.keySet();
    }

    private record Signed(long test, String value) {}
}
