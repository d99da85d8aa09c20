package io.scopeguard.token;

import io.scopeguard.annotation.Internal;
import java.io.IOException;
import java.security.Provider;

/**
 * Provides a faster implementation of signatures than the JDK's. Found by {@link java.util.ServiceLoader}.
 *
 * @hidden
 */
@Internal
public interface NativeSignatures {

    /**
     * The implementation, tested. Called once, on a separate thread.
     *
     * @throws UnsupportedOperationException if there is none for this platform; the message names the platform
     * @throws IOException if it cannot be unpacked
     * @throws ReflectiveOperationException if it does not work on this platform
     */
    Provider load() throws IOException, ReflectiveOperationException;
}
