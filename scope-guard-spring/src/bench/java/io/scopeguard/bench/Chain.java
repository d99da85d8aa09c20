package io.scopeguard.bench;

/** The security in front of the handler. */
public enum Chain {
    /** None: without Spring Security. */
    NONE,
    /** Spring Security, which permits all requests. */
    PERMIT_ALL,
    /** Spring Security's resource server, as Spring Boot configures it, with a decoder that looks tokens up in a map. */
    MAP_LOOKUP,
    /** The same with Spring Security's own decoder and RS256. */
    STOCK_RS256(Algorithm.RS256),
    /** The same with ES384. */
    STOCK_ES384(Algorithm.ES384),
    /** Scope Guard's starter. */
    SCOPE_GUARD,
    /** The starter's filter chain with a guard that costs nothing, because it grants everything. */
    EMPTY_GUARD;

    private final Algorithm algorithm;

    Chain() {
        this(Algorithm.ES384);
    }

    Chain(Algorithm algorithm) {
        this.algorithm = algorithm;
    }

    /** The algorithm of the tokens' signatures. */
    public Algorithm algorithm() {
        return algorithm;
    }

    /** Whether it is Scope Guard's starter that configures the chain. */
    public boolean isGuarded() {
        return this == SCOPE_GUARD || this == EMPTY_GUARD;
    }
}
