package io.scopeguard.bench.jmh;

import io.scopeguard.bench.ClassPath;
import io.scopeguard.bench.Corretto;
import java.security.Provider;
import java.util.Optional;
import java.util.Set;

/** The implementation of signatures. */
public enum CryptoProvider {
    JDK(Set.of()),
    CORRETTO(Set.of(ClassPath.Optional.CORRETTO));

    private final Set<ClassPath.Optional> libraries;

    CryptoProvider(Set<ClassPath.Optional> libraries) {
        this.libraries = libraries;
    }

    Set<ClassPath.Optional> libraries() {
        return libraries;
    }

    /** The provider, or empty for the JDK's own choice. Checks that this process uses it. */
    Optional<Provider> find() {
        Optional<Provider> found = Corretto.find();
        if (found.isPresent() != (this == CORRETTO)) {
            throw new IllegalStateException("the class path is not one for " + this);
        }
        return found;
    }
}
