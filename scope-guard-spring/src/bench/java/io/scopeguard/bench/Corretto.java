package io.scopeguard.bench;

import java.security.Provider;
import java.util.Optional;

/** Amazon Corretto Crypto Provider, if it is on the class path. */
public final class Corretto {

    private static final String PROVIDER = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private Corretto() {}

    /** The tested provider; empty if it is not on the class path. */
    public static Optional<Provider> find() {
        try {
            Class<?> type = Class.forName(PROVIDER);
            Object provider = type.getField("INSTANCE").get(null);
            type.getMethod("assertHealthy").invoke(provider);
            return Optional.of((Provider) provider);
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Amazon Corretto Crypto Provider does not work on this machine", e);
        }
    }
}
