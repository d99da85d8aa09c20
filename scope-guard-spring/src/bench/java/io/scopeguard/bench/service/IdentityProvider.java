package io.scopeguard.bench.service;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import io.scopeguard.testing.FakeLogto;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A Logto tenant whose users are members of one organization, with all scopes. Its Management API can be down. */
final class IdentityProvider implements AutoCloseable {

    static final String SCOPE = "invite:member write:report read:report delete:report";

    private static final String ROLE = "admin";

    private final AtomicLong reads = new AtomicLong();
    private volatile boolean down;
    private final FakeLogto logto = new FakeLogto(this::gate).organizationRole(ROLE, SCOPE.split(" "));
    private final Map<Algorithm, TokenIssuer> issuers = new EnumMap<>(Algorithm.class);

    IdentityProvider(List<String> users) {
        users.forEach(user -> logto.member(TokenIssuer.ORGANIZATION, user, ROLE));
        for (Algorithm algorithm : List.of(Algorithm.RS256, Algorithm.ES384)) {
            issuers.put(algorithm, new TokenIssuer(logto.tenant().issuer(), algorithm));
        }
        List<JWK> keys = issuers.values().stream().map(TokenIssuer::publicKey).toList();
        logto.publish(new JWKSet(keys).toString());
    }

    String endpoint() {
        return logto.tenant().endpoint().toString();
    }

    TokenIssuer issuer(Algorithm algorithm) {
        TokenIssuer issuer = issuers.get(algorithm);
        if (issuer == null) {
            throw new IllegalArgumentException("no issuer signs by " + algorithm);
        }
        return issuer;
    }

    /** Whether the Management API drops every connection. */
    void setDown(boolean down) {
        this.down = down;
    }

    /** The number of answers of the Management API so far. */
    long reads() {
        return reads.get();
    }

    @Override
    public void close() {
        logto.close();
    }

    private int gate(String path) {
        if (!path.startsWith("/api/")) {
            return FakeLogto.PASS;
        }
        if (down) {
            return FakeLogto.DROP;
        }
        reads.incrementAndGet();
        return FakeLogto.PASS;
    }
}
