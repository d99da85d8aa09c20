package io.scopeguard.bench;

/** What stands between a request and its handler. */
public enum Chain {
    /** Nothing: Spring Security is not there. */
    NONE,
    /** Spring Security, letting everybody in. */
    PERMIT_ALL,
    /** Spring Security's resource server, as Boot sets it up, with a decoder that looks tokens up in a map. */
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

    /** By which the tokens are signed. */
    public Algorithm algorithm() {
        return algorithm;
    }
}
