package io.scopeguard.corretto;

import io.scopeguard.token.NativeCrypto;
import io.scopeguard.token.NativeSignatures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Provider;

/**
 * Unpacks the jar for this platform and loads it with a separate class loader. It cannot conflict with another version in the
 * application, and the application does not see it.
 */
public final class BundledCorretto implements NativeSignatures {

    @Override
    public Provider load() throws IOException, ReflectiveOperationException {
        Path jar = unpacked(Platform.current().jar());
        try {
            return NativeCrypto.healthy(new JarClassLoader(jar));
        } finally {
            // On these platforms, an open file can still be read.
            Files.delete(jar);
        }
    }

    private static Path unpacked(String name) throws IOException {
        try (InputStream jar = BundledCorretto.class.getResourceAsStream(name)) {
            if (jar == null) {
                throw new IOException(name + " is not in this jar");
            }
            Path file = Files.createTempFile("scope-guard-corretto", ".jar");
            Files.copy(jar, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        }
    }
}
