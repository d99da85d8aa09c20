package io.scopeguard.spring.authorization;

/** A handler of Scope Guard itself. Any valid token may use it, regardless of {@code scope-guard.unannotated}. */
public interface AnyTokenHandler {}
