package io.scopeguard.corretto;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.SecureClassLoader;
import java.security.cert.Certificate;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Loads classes from a jar without verifying its signature: the jar has just been unpacked from this library, and a {@code
 * URLClassLoader} would hash the native library in it, which takes two thirds of the loading time. Never closed: the provider loads
 * classes for as long as the process lives.
 */
final class JarClassLoader extends SecureClassLoader {

    private final JarFile jar;
    private final CodeSource source;

    JarClassLoader(Path file) throws IOException {
        super("scope-guard-corretto", ClassLoader.getPlatformClassLoader());
        this.jar = new JarFile(file.toFile(), false);
        this.source = new CodeSource(file.toUri().toURL(), (Certificate[]) null);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try (InputStream content = entry(name.replace('.', '/') + ".class")) {
            if (content == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = content.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length, source);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        InputStream ofPlatform = getParent().getResourceAsStream(name);
        try {
            return ofPlatform == null ? entry(name) : ofPlatform;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable InputStream entry(String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        return entry == null ? null : jar.getInputStream(entry);
    }
}
