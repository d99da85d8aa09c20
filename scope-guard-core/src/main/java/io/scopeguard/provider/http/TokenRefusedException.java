package io.scopeguard.provider.http;

import io.scopeguard.provider.SettingRefusedException;

/** A provider's API does not accept our access token. If a new token is refused as well, a setting is wrong. */
public final class TokenRefusedException extends SettingRefusedException {

    /** As {@link SettingRefusedException#SettingRefusedException}. */
    public TokenRefusedException(String setting, String message, String fix) {
        super(setting, message, fix);
    }
}
