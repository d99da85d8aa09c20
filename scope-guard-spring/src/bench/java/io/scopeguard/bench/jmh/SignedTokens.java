package io.scopeguard.bench.jmh;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.token.AccessTokenVerifier;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** A provider that only publishes its keys: an issuer, and verifiers of its tokens. */
final class SignedTokens {

    static final String SUBJECT = "zniksqalbcx7";
    static final Audience RESOURCE = Audience.resource("https://api.example.com");
    static final URI ENDPOINT = URI.create("https://tenant.logto.app");

    private static final LogtoTenant TENANT = new LogtoTenant(ENDPOINT);
    private static final Logto LOGTO = Logto.at(TENANT, "application", "secret").build();

    private final TokenIssuer issuer;
    private final JWKSet keys;
    private final URI jwkSet;

    SignedTokens(Algorithm algorithm) {
        issuer = new TokenIssuer(TENANT.issuer(), algorithm);
        keys = new JWKSet(issuer.publicKey());
        jwkSet = new FakeLogto().publish(keys.toString()).tenant().jwkSetUri();
    }

    static String issuerName() {
        return TENANT.issuer();
    }

    JWKSet keys() {
        return keys;
    }

    List<String> distinct(int count, String scope) {
        return issuer.issue(count, List.of(SUBJECT), scope);
    }

    String one(String scope) {
        return issuer.issue(SUBJECT, scope);
    }

    /** A token for the API resource, outside of organizations. */
    String oneForResource(String scope) {
        return issuer.sign(issuer.claims(SUBJECT, scope, Instant.now().minus(Duration.ofMinutes(10)))
                .audience(RESOURCE.value())
                .build());
    }

    /** A verifier that has the keys, but knows none of the tokens. */
    AccessTokenVerifier newVerifier(String primer) {
        AccessTokenVerifier verifier = AccessTokenVerifier.builder(
                        LOGTO.issuers(), jwkSet, LOGTO.tokenReader(List.of(RESOURCE)))
                .build();
        verifier.verify(primer);
        return verifier;
    }

    /** This number of scopes, separated by spaces. */
    static String scope(int count) {
        return String.join(
                " ", IntStream.range(0, count).mapToObj(i -> "read:report" + i).toList());
    }

    static JWSObject parsed(String token) {
        try {
            return JWSObject.parse(token);
        } catch (ParseException e) {
            throw new IllegalStateException(e);
        }
    }
}
