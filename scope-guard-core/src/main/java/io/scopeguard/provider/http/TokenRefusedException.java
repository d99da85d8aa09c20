package io.scopeguard.provider.http;

import io.scopeguard.provider.SettingRefusedException;

/** A provider's API does not accept our access token. If a new token is refused as well, a setting is wrong. */
public final class TokenRefusedException extends SettingRefusedException {

    /**
     * @param api names the API in the message, such as {@code Logto's Management API}
     * @param setting the setting that is most likely wrong
     * @param fix the change that helps
     */
    public TokenRefusedException(String api, String setting, String fix) {
        super(setting, api + " does not accept a token that was just issued", fix);
    }
}
