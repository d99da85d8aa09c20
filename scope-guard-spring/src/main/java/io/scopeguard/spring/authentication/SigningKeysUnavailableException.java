package io.scopeguard.spring.authentication;

import io.scopeguard.annotation.Internal;
import io.scopeguard.token.KeysUnavailableException;
import org.springframework.security.core.AuthenticationException;

/**
 * The token cannot be verified at the moment. Not an {@code AuthenticationServiceException}: Spring Security rethrows those, which
 * ends in a 500.
 *
 * @hidden
 */
@Internal
public final class SigningKeysUnavailableException extends AuthenticationException {

    private final transient KeysUnavailableException trouble;

    SigningKeysUnavailableException(KeysUnavailableException trouble) {
        super(trouble.getMessage(), trouble);
        this.trouble = trouble;
    }

    public KeysUnavailableException trouble() {
        return trouble;
    }
}
