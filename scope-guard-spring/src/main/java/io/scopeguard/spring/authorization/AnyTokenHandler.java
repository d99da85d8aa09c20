package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;

/**
 * A handler of Scope Guard itself. Any valid token may use it, regardless of {@code scope-guard.unannotated}.
 *
 * @hidden
 */
@Internal
public interface AnyTokenHandler {}
