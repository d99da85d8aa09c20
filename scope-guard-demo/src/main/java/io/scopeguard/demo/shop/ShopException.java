package io.scopeguard.demo.shop;

import org.springframework.http.HttpStatus;

/** An order that cannot be carried out. The code is stable; the message contains the cause and the fix. */
final class ShopException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String code;

    ShopException(HttpStatus status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** The order is wrong. */
    static ShopException ofOrder(String code, String message) {
        return new ShopException(HttpStatus.UNPROCESSABLE_CONTENT, code, message);
    }

    /** The configuration of the shop or of Logto is wrong, so that no order would work. */
    static ShopException ofSetup(String code, String message) {
        return new ShopException(HttpStatus.BAD_GATEWAY, code, message);
    }

    HttpStatus status() {
        return status;
    }

    String code() {
        return code;
    }
}
