package io.scopeguard.token;

import java.security.Provider;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Amazon Corretto Crypto Provider, where it is on the class path: it verifies about ten times as fast as the JDK's own. Used
 * for signatures of tokens alone, never installed.
 */
final class NativeCrypto {

    private static final Logger log = LoggerFactory.getLogger(NativeCrypto.class);
    private static final String PROVIDER = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private static final Optional<Provider> FOUND = find();

    private NativeCrypto() {}

    static Optional<Provider> provider() {
        return FOUND;
    }

    private static Optional<Provider> find() {
        try {
            Class<?> type = Class.forName(PROVIDER);
            Object provider = type.getField("INSTANCE").get(null);
            type.getMethod("assertHealthy").invoke(provider);
            log.info("Tokens are verified by Amazon Corretto Crypto Provider");
            return Optional.of((Provider) provider);
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException | LinkageError e) {
            log.warn("Amazon Corretto Crypto Provider does not work here; tokens are verified by the JDK", e);
            return Optional.empty();
        }
    }
}
