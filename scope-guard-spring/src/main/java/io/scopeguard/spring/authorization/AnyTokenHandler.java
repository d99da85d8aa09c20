package io.scopeguard.spring.authorization;

/** A handler of Scope Guard itself. Any valid token may use it, whatever {@code scope-guard.unannotated} says. */
public interface AnyTokenHandler {}
