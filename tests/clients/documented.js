// The documented client code as it stands. The tests put the server's address in the place of
// `https://<heroku url>` and `axios` in its scope.
function fetchToken(uid, channelName) {

    let data = JSON.stringify({ "uid": uid, "channelName": channelName });

    let config = {
        method: 'get',
        url: 'https://<heroku url>/access_token?channel=test&uid=1234',
        headers: {
            'Content-Type': 'application/json'
        },
        data: data
    };

    return new Promise(function (resolve) {
        axios(config)
            .then(function (response) {
                const token = response.data.token;
                resolve(token);
            })
            .catch(function (error) {
                console.log(error);
            });
    })
}
