package io.scopeguard.corretto;

import io.scopeguard.token.NativeCrypto;
import io.scopeguard.token.NativeSignatures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks the jar for this platform and loads it with a separate class loader. It cannot conflict with another version in the
 * application, and the application does not see it.
 */
public final class BundledCorretto implements NativeSignatures {

    private static final Logger log = LoggerFactory.getLogger(BundledCorretto.class);

    @Override
    public Provider load() throws IOException, ReflectiveOperationException {
        Path jar = Files.createTempFile("scope-guard-corretto", ".jar");
        try {
            unpack(Platform.current().jar(), jar);
            return NativeCrypto.healthy(new JarClassLoader(jar));
        } finally {
            // On these platforms, an open file can still be read.
            delete(jar);
        }
    }

    private static void unpack(String name, Path file) throws IOException {
        try (InputStream jar = BundledCorretto.class.getResourceAsStream(name)) {
            if (jar == null) {
                throw new IOException(name + " is not in this jar");
            }
            Files.copy(jar, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Something else may have deleted it, and a file that stays does no harm. */
    private static void delete(Path jar) {
        try {
            Files.deleteIfExists(jar);
        } catch (IOException e) {
            log.debug("The unpacked jar could not be deleted", e);
        }
    }
}
