package io.scopeguard.token;

import io.scopeguard.annotation.Internal;
import java.io.IOException;
import java.security.Provider;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Amazon Corretto Crypto Provider, if it is on the class path or {@link NativeSignatures} provide it. It verifies about ten times
 * as fast as the JDK. Used for signatures of tokens only, never installed as a provider.
 *
 * @hidden
 */
@Internal
public final class NativeCrypto {

    private static final Logger log = LoggerFactory.getLogger(NativeCrypto.class);
    private static final String PROVIDER = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
    private static final String BY_THE_JDK =
            "Tokens are verified by the JDK, which takes about ten times as long for ES384";

    /** How long loading waits, because the first requests need the processor, too. */
    private static final int PAUSE_SECONDS = 1;

    private static final CompletableFuture<Optional<Provider>> RESULT = new CompletableFuture<>();

    private NativeCrypto() {}

    /** Starts loading, if that has not begun yet. Loading takes some hundred milliseconds, so it runs in the background. */
    public static CompletableFuture<Optional<Provider>> load() {
        Loading.begin();
        return RESULT;
    }

    /** Starts loading a second after the first call. */
    public static CompletableFuture<Optional<Provider>> loadSoon() {
        Pause.begin();
        return RESULT;
    }

    /** The provider; empty until it is loaded. The first call starts loading soon. */
    static Optional<Provider> provider() {
        return loadSoon().getNow(Optional.empty());
    }

    /**
     * The provider with this class name, tested.
     *
     * @throws ReflectiveOperationException if it is missing, or does not work on this platform
     * @hidden
     */
    @Internal
    public static Provider healthy(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> type = Class.forName(PROVIDER, true, loader);
        Object provider = type.getField("INSTANCE").get(null);
        type.getMethod("assertHealthy").invoke(provider);
        return (Provider) provider;
    }

    private static Optional<Provider> find() {
        try {
            Provider provider = onClassPath().orElse(null);
            if (provider == null) {
                provider = brought();
            }
            if (provider != null) {
                log.info("Tokens are verified by {} {}", provider.getName(), provider.getVersionStr());
            }
            return Optional.ofNullable(provider);
        } catch (UnsupportedOperationException e) {
            log.info("{}: {}", BY_THE_JDK, e.getMessage());
        } catch (IOException | ReflectiveOperationException | LinkageError | RuntimeException e) {
            log.warn("{}: Amazon Corretto Crypto Provider does not work here", BY_THE_JDK, e);
        }
        return Optional.empty();
    }

    private static Optional<Provider> onClassPath() throws ReflectiveOperationException {
        try {
            return Optional.of(healthy(NativeCrypto.class.getClassLoader()));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Provider brought() throws IOException, ReflectiveOperationException {
        Optional<NativeSignatures> first = ServiceLoader.load(
                        NativeSignatures.class, NativeCrypto.class.getClassLoader())
                .findFirst();
        return first.isEmpty() ? null : first.get().load();
    }

    /** Initialized once. */
    private static final class Loading {

        static {
            Thread thread = new Thread(() -> RESULT.complete(find()), "scope-guard-signatures");
            thread.setDaemon(true);
            thread.start();
        }

        static void begin() {
            // The initialization has begun it.
        }
    }

    /** Initialized once. */
    private static final class Pause {

        static {
            CompletableFuture.delayedExecutor(PAUSE_SECONDS, TimeUnit.SECONDS).execute(Loading::begin);
        }

        static void begin() {
            // The initialization has begun it.
        }
    }
}
