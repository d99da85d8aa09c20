package io.scopeguard.corretto;

import io.scopeguard.token.NativeCrypto;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/**
 * The platform that a process runs on.
 *
 * @param system the operating system, as it appears in the names of the jars
 * @param processor likewise
 */
record Platform(String system, String processor) {

    private static final Map<String, String> PROCESSORS =
            Map.of("amd64", "x86_64", "x86_64", "x86_64", "aarch64", "aarch_64", "arm64", "aarch_64");

    /** @throws UnsupportedOperationException if the library is not built for this process */
    static Platform current() throws IOException {
        String arch = System.getProperty("os.arch");
        if (NativeCrypto.usesMusl()) {
            throw unsupported(System.getProperty("os.name"), arch + " with musl");
        }
        return of(System.getProperty("os.name"), arch);
    }

    /**
     * The platform with these names, in the spelling of Java's system properties.
     *
     * @throws UnsupportedOperationException if the library is not built for it
     */
    static Platform of(String os, String arch) {
        String processor = PROCESSORS.get(arch.toLowerCase(Locale.ROOT));
        if (processor == null) {
            throw unsupported(os, arch);
        }
        if (os.startsWith("Linux")) {
            return new Platform("linux", processor);
        }
        if (os.startsWith("Mac")) {
            return new Platform("osx", processor);
        }
        throw unsupported(os, arch);
    }

    /** The name of the jar for this platform. */
    String jar() {
        return system + "-" + processor + ".jar";
    }

    private static UnsupportedOperationException unsupported(String os, String arch) {
        return new UnsupportedOperationException(
                "Amazon Corretto Crypto Provider is not built for " + os + " on " + arch);
    }
}
