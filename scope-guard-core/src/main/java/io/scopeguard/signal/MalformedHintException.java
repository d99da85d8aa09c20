package io.scopeguard.signal;

/** A {@code Scope-Drift} header is malformed. Never thrown outside of this package. */
final class MalformedHintException extends IllegalArgumentException {

    MalformedHintException(String member) {
        super("malformed: " + member);
    }
}
