package io.scopeguard.zoo;

import java.util.List;

/**
 * A handler of one kind.
 *
 * @param name the kind of handler
 * @param mapping simple name of the handler mapping that finds it; empty if that is a servlet's business
 * @param adapter simple name of the handler adapter that calls it
 * @param path with {@code {org}} for an organization, if it is of one
 * @param traits how it differs from a handler that requires a scope of an organization and answers 200
 */
record Animal(String name, String mapping, String adapter, String path, List<Trait> traits) {

    enum Trait {
        /** Has no declaration. */
        UNANNOTATED,
        /** Has no declaration and does not depend on an account: files, and servlets other than Spring's. */
        ANY_TOKEN,
        /** Probes bring no token. */
        OPEN,
        /** Answers 204. */
        EMPTY,
        /** Is called by a WebSocket handshake. */
        WEB_SOCKET,
        /** Is called by POST with a GraphQL query. */
        GRAPHQL
    }

    static Animal of(String name, String mapping, String adapter, String path, Trait... traits) {
        return new Animal(name, mapping, adapter, path, List.of(traits));
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }

    boolean isOfOrganization() {
        return path.contains("{org}");
    }

    boolean isAnnotated() {
        return !is(Trait.UNANNOTATED) && !is(Trait.ANY_TOKEN);
    }

    int success() {
        if (is(Trait.WEB_SOCKET)) {
            return 101;
        }
        return is(Trait.EMPTY) ? 204 : 200;
    }
}
