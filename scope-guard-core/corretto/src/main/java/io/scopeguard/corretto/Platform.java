package io.scopeguard.corretto;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The platform that a process runs on.
 *
 * @param system the operating system, as it appears in the names of the jars
 * @param processor likewise
 */
record Platform(String system, String processor) {

    private static final Path LIBRARIES = Path.of("/proc/self/maps");
    private static final Map<String, String> PROCESSORS =
            Map.of("amd64", "x86_64", "x86_64", "x86_64", "aarch64", "aarch_64", "arm64", "aarch_64");

    /** @throws UnsupportedOperationException if the library is not built for this process */
    static Platform current() throws IOException {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"), usesMusl());
    }

    /**
     * The platform with these names, in the spelling of Java's system properties.
     *
     * @param musl whether the process runs on musl rather than glibc
     * @throws UnsupportedOperationException if the library is not built for it
     */
    static Platform of(String os, String arch, boolean musl) {
        String processor = PROCESSORS.get(arch.toLowerCase(Locale.ROOT));
        if (processor == null || musl) {
            throw unsupported(os, musl ? arch + " with musl" : arch);
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

    /** On musl, the glibc build of the library loads, but crashes later. */
    private static boolean usesMusl() throws IOException {
        if (!Files.isReadable(LIBRARIES)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(LIBRARIES, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains("/ld-musl-"));
        }
    }
}
