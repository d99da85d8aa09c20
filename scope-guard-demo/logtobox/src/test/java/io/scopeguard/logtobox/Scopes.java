package io.scopeguard.logtobox;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Scopes to compare, without their order. */
final class Scopes {

    private Scopes() {}

    static Set<String> of(String scope) {
        return Arrays.stream(scope.split(" ")).filter(name -> !name.isEmpty()).collect(Collectors.toSet());
    }
}
