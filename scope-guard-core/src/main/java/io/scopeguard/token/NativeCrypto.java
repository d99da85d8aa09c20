package io.scopeguard.token;

import io.scopeguard.annotation.Internal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    private static final Path LIBRARIES = Path.of("/proc/self/maps");

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

    /**
     * Whether this process runs on musl. The library is built for glibc: it loads on musl as well, but crashes later.
     *
     * @hidden
     */
    @Internal
    public static boolean usesMusl() throws IOException {
        if (!Files.isReadable(LIBRARIES)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(LIBRARIES, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains("/ld-musl-"));
        }
    }

    /** A place where the provider may be. */
    interface Source {

        /**
         * The provider, tested.
         *
         * @return {@code null} if it is not there
         * @throws UnsupportedOperationException if it is not built for this platform
         */
        @Nullable
        Provider load() throws IOException, ReflectiveOperationException;
    }

    /** The first provider that works. One line in the log says which one verifies, or why there is none. */
    static Optional<Provider> first(List<Source> sources) {
        Throwable failure = null;
        String reason = "Amazon Corretto Crypto Provider is not on the class path";
        for (Source source : sources) {
            try {
                Provider provider = source.load();
                if (provider != null) {
                    log.info("Tokens are verified by {} {}", provider.getName(), provider.getVersionStr());
                    return Optional.of(provider);
                }
            } catch (UnsupportedOperationException e) {
                reason = e.getMessage();
            } catch (IOException
                    | ReflectiveOperationException
                    | LinkageError
                    | ServiceConfigurationError
                    | RuntimeException e) {
                failure = e;
            }
        }
        if (failure == null) {
            log.info("{}: {}", BY_THE_JDK, reason);
        } else {
            log.warn("{}: Amazon Corretto Crypto Provider does not work here", BY_THE_JDK, failure);
        }
        return Optional.empty();
    }

    private static @Nullable Provider onClassPath() throws IOException, ReflectiveOperationException {
        ClassLoader loader = NativeCrypto.class.getClassLoader();
        if (loader.getResource(PROVIDER.replace('.', '/') + ".class") == null) {
            return null;
        }
        if (usesMusl()) {
            throw new UnsupportedOperationException("Amazon Corretto Crypto Provider is not built for musl");
        }
        return healthy(loader);
    }

    private static @Nullable Provider brought() throws IOException, ReflectiveOperationException {
        Optional<NativeSignatures> first = ServiceLoader.load(
                        NativeSignatures.class, NativeCrypto.class.getClassLoader())
                .findFirst();
        return first.isEmpty() ? null : first.get().load();
    }

    private static void find() {
        Optional<Provider> found = Optional.empty();
        try {
            found = first(List.of(NativeCrypto::onClassPath, NativeCrypto::brought));
        } finally {
            RESULT.complete(found);
        }
    }

    /** Initialized once. */
    private static final class Loading {

        static {
            Thread thread = new Thread(NativeCrypto::find, "scope-guard-signatures");
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
