package io.scopeguard.aws;

/** An outcome that an authorizer reports by failing. Has no stack trace: the runtime would log it for each request. */
final class AuthorizerFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private AuthorizerFailure(String message) {
        super(message, null, false, false);
    }

    /** API Gateway answers 401 to exactly this message. */
    static AuthorizerFailure unauthorized() {
        return new AuthorizerFailure("Unauthorized");
    }

    /** API Gateway answers 500 to any other message, and does not reuse the answer. */
    static AuthorizerFailure internal(String message) {
        return new AuthorizerFailure(message);
    }
}
