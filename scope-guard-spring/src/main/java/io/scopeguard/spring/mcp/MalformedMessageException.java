package io.scopeguard.spring.mcp;

/** A message violates the protocol, so that no decision about it is possible. */
final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1;

    /** @param problem a description for the client */
    MalformedMessageException(String problem) {
        super(problem, null, false, false);
    }
}
